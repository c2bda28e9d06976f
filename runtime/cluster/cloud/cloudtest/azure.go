package cloudtest

import (
	"context"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
)

// AzureAccount is the account of the servers, and azureKey its key, which is known to
// all: they are made for tests.
const (
	AzureAccount = "devstoreaccount1"
	azureKey     = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)

func azure(service string) func(address string) map[string]string {
	return func(address string) map[string]string {
		return map[string]string{"AZURE_STORAGE_CONNECTION_STRING": "DefaultEndpointsProtocol=http;AccountName=" + AzureAccount + ";AccountKey=" + azureKey + ";" + service + "=http://" + address + "/" + AzureAccount + ";"}
	}
}

const installAzurite = "npm install azurite@3.35.0"

// AzureBlob runs a server that speaks as Azure Blob Storage does, azurite, with the
// container "bucket".
func AzureBlob(t *testing.T) *Server {
	t.Helper()
	path := program(t, "azurite-blob", installAzurite)
	address, host, port := free(t)
	s := (&Server{address, azure("BlobEndpoint")}).start(t, path, "--blobHost", host, "--blobPort", port, "--location", t.TempDir(), "--silent", "--skipApiVersionCheck", "--disableTelemetry")
	client, err := azblob.NewClientFromConnectionString(s.environment(address)["AZURE_STORAGE_CONNECTION_STRING"], nil)
	if err == nil {
		_, err = client.CreateContainer(context.Background(), "bucket", nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// AzureQueue runs a server that speaks as Azure Queue Storage does.
func AzureQueue(t *testing.T) *Server {
	t.Helper()
	path := program(t, "azurite-queue", installAzurite)
	address, host, port := free(t)
	return (&Server{address, azure("QueueEndpoint")}).start(t, path, "--queueHost", host, "--queuePort", port, "--location", t.TempDir(), "--silent", "--skipApiVersionCheck", "--disableTelemetry")
}
