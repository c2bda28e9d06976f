package workflow

import (
	"encoding/json"
	"time"
)

// StatesLanguage is a state machine in Amazon States Language
// (https://states-language.net) that looks after a run which nobody drives: it calls a
// function, such as courant function in AWS Lambda, every so often until the run is done
// or has stopped. Workers carry the run on by themselves; the calls mend what got stuck.
// Resource is the function's ARN, or whatever names a task elsewhere. Its input is what
// the function is called with, and its output what the function answered last.
func StatesLanguage(resource string, every time.Duration) ([]byte, error) {
	type object = map[string]any
	phase := func(name, next string) object {
		return object{"Variable": "$.position.phase", "StringEquals": name, "Next": next}
	}
	return json.MarshalIndent(object{
		"Comment": "An inversion that nobody drives, looked after until it is done",
		"StartAt": "Advance",
		"States": object{
			"Advance": object{
				"Type": "Task", "Resource": resource, "ResultPath": "$.position", "Next": "Look",
				"Retry": []object{{"ErrorEquals": []string{"States.ALL"}, "IntervalSeconds": 5, "MaxAttempts": 8, "BackoffRate": 2, "MaxDelaySeconds": 300, "JitterStrategy": "FULL"}},
			},
			"Look": object{
				"Type": "Choice",
				"Choices": []object{
					{"Variable": "$.position.stopped", "IsPresent": true, "Next": "Stopped"},
					phase(Done, "Done"), phase(Cancelled, "Withdrawn"),
				},
				"Default": "Wait",
			},
			"Wait":      object{"Type": "Wait", "Seconds": max(1, int(every.Seconds())), "Next": "Advance"},
			"Done":      object{"Type": "Succeed", "OutputPath": "$.position"},
			"Withdrawn": object{"Type": "Succeed", "OutputPath": "$.position"},
			"Stopped":   object{"Type": "Fail", "Error": "Stopped", "CausePath": "$.position.stopped"},
		},
	}, "", "  ")
}
