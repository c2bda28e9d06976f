// Package azure logs in to storage accounts of Azure, and says of their errors whether
// they pass.
//
// In: the name of an account and the environment. Out: a connection string or a token,
// for clients of the services. Start at Open.
package azure

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/courant-pde/courant/runtime/cluster/cloud"
)

// Variables of the environment, as those of the az tools.
const (
	accountVariable    = "AZURE_STORAGE_ACCOUNT"
	connectionVariable = "AZURE_STORAGE_CONNECTION_STRING"
	keyVariable        = "AZURE_STORAGE_KEY"
	signatureVariable  = "AZURE_STORAGE_SAS_TOKEN"
)

const hint = "give " + connectionVariable + ", " + keyVariable + " or " + signatureVariable + ", or log in by az login; on a machine of Azure's, give it an identity"

// Account is the way to a storage account: by Connection, or else by Token.
type Account struct {
	Connection string // string of it, with a key or a signature; "" for none
	Token      azcore.TokenCredential

	name, suffix string
}

// Open finds the way to an account by the environment: a connection string, a key, a
// signature, or whoever is logged in. Name is that of the account, or of its endpoint
// where that is not in core.windows.net; "" for the one that the environment names.
// Errors: no account, or one that is not that of the connection string.
func Open(name string) (*Account, error) {
	connection := os.Getenv(connectionVariable)
	if name == "" && connection == "" {
		if name = os.Getenv(accountVariable); name == "" {
			return nil, fmt.Errorf("the storage account is not named; give %s or %s", accountVariable, connectionVariable)
		}
	}
	a := &Account{Connection: connection, suffix: "core.windows.net"}
	var domain string
	if a.name, domain, _ = strings.Cut(name, "."); domain != "" {
		_, a.suffix, _ = strings.Cut(domain, ".") // behind blob. or queue.
	}
	with := func(secret string) string {
		return fmt.Sprintf("DefaultEndpointsProtocol=https;AccountName=%s;EndpointSuffix=%s;%s", a.name, a.suffix, secret)
	}
	switch key, signature := os.Getenv(keyVariable), os.Getenv(signatureVariable); {
	case connection != "":
		if named := field(connection, "AccountName"); name != "" && named != "" && named != a.name {
			return nil, fmt.Errorf("%s is that of the account %s, and %s is asked for", connectionVariable, named, a.name)
		}
	case key != "":
		a.Connection = with("AccountKey=" + key)
	case signature != "":
		a.Connection = with("SharedAccessSignature=" + strings.TrimPrefix(signature, "?"))
	default:
		found, err := azidentity.NewDefaultAzureCredential(nil)
		if err != nil {
			return nil, &cloud.LoginError{Err: fmt.Errorf("no credentials for Azure: %w", err), Hint: hint}
		}
		a.Token = token{found}
	}
	return a, nil
}

// field is one of a connection string.
func field(connection, name string) string {
	for part := range strings.SplitSeq(connection, ";") {
		if key, value, _ := strings.Cut(part, "="); key == name {
			return value
		}
	}
	return ""
}

// Endpoint is the URL of a service, blob or queue, of an account that is reached by a
// token.
func (a *Account) Endpoint(service string) string {
	return fmt.Sprintf("https://%s.%s.%s/", a.name, service, a.suffix)
}

// Options are those of clients of the services.
func Options() policy.ClientOptions {
	return policy.ClientOptions{
		Transport: cloud.Client(),
		Retry:     policy.RetryOptions{MaxRetries: 3, RetryDelay: 200 * time.Millisecond, MaxRetryDelay: 2 * time.Second},
	}
}

// token marks the errors of a login: that of a machine without any fails as the network
// does.
type token struct{ azcore.TokenCredential }

func (t token) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	found, err := t.TokenCredential.GetToken(ctx, o)
	if err != nil && ctx.Err() == nil {
		err = &cloud.LoginError{Err: fmt.Errorf("no credentials for Azure: %w", err), Hint: hint}
	}
	return found, err
}

// Fault explains an error of a service, and reports whether it passes by itself.
func Fault(err error) (explained error, passes bool) {
	var login *cloud.LoginError
	if err == nil || errors.As(err, &login) {
		return err, false
	}
	status := 0
	var response *azcore.ResponseError
	if errors.As(err, &response) {
		status = response.StatusCode
	}
	if cloud.Refused(status) {
		return &cloud.LoginError{Err: err, Hint: "credentials may have expired, or lack the rights in docs/clouds.md: " + hint}, false
	}
	return err, cloud.Passing(err, status)
}
