// Package imaging makes models and images of the records of a survey: of many shots, one
// at a time, with the derivatives that an operator's file gives.
//
// In: a survey.Config with an inversion section, and observed records or none. Out: for
// a shot and given unknowns its records, misfit and gradient; and, as the Algorithm of a
// workflow.Run, the next model from the sum of all gradients. Start at NewSurvey and
// Survey.Misfit for one shot, at Survey.Workflow and Survey.Do for all. Package
// inversion is what to call to have the whole carried out.
package imaging
