package azure

import (
	"errors"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/courant-pde/courant/runtime/cluster/cloud"
)

func TestOpen(t *testing.T) {
	const connection = "DefaultEndpointsProtocol=https;AccountName=one;AccountKey=aw==;EndpointSuffix=core.windows.net"
	for _, v := range []struct {
		name        string
		environment map[string]string
		connection  string // what it holds; "" for a token
		endpoint    string // of the blob service by a token
		fails       string
	}{
		{"", map[string]string{connectionVariable: connection}, connection, "", ""},
		{"one", map[string]string{connectionVariable: connection}, connection, "", ""},
		{"two", map[string]string{connectionVariable: connection}, "", "", "one, and two is asked for"},
		{"", map[string]string{accountVariable: "one", keyVariable: "aw=="}, "AccountName=one;EndpointSuffix=core.windows.net;AccountKey=aw==", "", ""},
		{"", map[string]string{accountVariable: "one", signatureVariable: "?sv=1&sig=2"}, "SharedAccessSignature=sv=1&sig=2", "", ""},
		{"one.queue.core.chinacloudapi.cn", map[string]string{keyVariable: "aw=="}, "AccountName=one;EndpointSuffix=core.chinacloudapi.cn;", "", ""},
		{"", map[string]string{accountVariable: "one"}, "", "https://one.blob.core.windows.net/", ""},
		{"one.queue.core.chinacloudapi.cn", nil, "", "https://one.blob.core.chinacloudapi.cn/", ""},
		{"", nil, "", "", accountVariable},
	} {
		for _, name := range []string{connectionVariable, accountVariable, keyVariable, signatureVariable} {
			t.Setenv(name, v.environment[name])
		}
		a, err := Open(v.name)
		switch {
		case v.fails != "":
			if err == nil || !strings.Contains(err.Error(), v.fails) {
				t.Errorf("%q with %v: %v", v.name, v.environment, err)
			}
		case err != nil:
			t.Errorf("%q with %v: %v", v.name, v.environment, err)
		case v.connection != "":
			if !strings.Contains(a.Connection, v.connection) || a.Token != nil {
				t.Errorf("%q with %v: %q", v.name, v.environment, a.Connection)
			}
		case a.Connection != "" || a.Token == nil || a.Endpoint("blob") != v.endpoint:
			t.Errorf("%q with %v: %q, %s", v.name, v.environment, a.Connection, a.Endpoint("blob"))
		}
	}
}

func TestFault(t *testing.T) {
	for status, want := range map[int][2]bool{500: {true, false}, 503: {true, false}, 429: {true, false}, 408: {true, false}, 403: {false, true}, 401: {false, true}, 404: {false, false}, 409: {false, false}} {
		var login *cloud.LoginError
		if got, passes := Fault(&azcore.ResponseError{StatusCode: status}); passes != want[0] || errors.As(got, &login) != want[1] {
			t.Errorf("status %d: passes is %v, and the error is %v", status, passes, got)
		}
	}
	for err, want := range map[error]bool{nil: false, errors.New("no space left on device"): false} {
		if _, passes := Fault(err); passes != want {
			t.Errorf("%v passes", err)
		}
	}
}
