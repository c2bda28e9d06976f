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

// azure is the environment of servers, by the name of their service.
func azure(endpoints map[string]string) map[string]string {
	connection := "DefaultEndpointsProtocol=http;AccountName=" + AzureAccount + ";AccountKey=" + azureKey
	for service, address := range endpoints {
		connection += ";" + service + "Endpoint=http://" + address + "/" + AzureAccount
	}
	return map[string]string{"AZURE_STORAGE_CONNECTION_STRING": connection}
}

const installAzurite = "npm install azurite@3.35.0"

// AzureBlob runs a server that speaks as Azure Blob Storage does, azurite, with the
// container "bucket".
func AzureBlob(t *testing.T) *Server {
	t.Helper()
	path := program(t, "azurite-blob", installAzurite)
	address, host, port := free(t)
	s := &Server{address, func(address string) map[string]string { return azure(map[string]string{"Blob": address}) }}
	s.start(t, path, "--blobHost", host, "--blobPort", port, "--location", t.TempDir(), "--silent", "--skipApiVersionCheck", "--disableTelemetry")
	client, err := azblob.NewClientFromConnectionString(s.environment(address)["AZURE_STORAGE_CONNECTION_STRING"], nil)
	if err == nil {
		_, err = client.CreateContainer(context.Background(), "bucket", nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// AzureQueue runs a server that speaks as Azure Queue Storage does, azurite.
func AzureQueue(t *testing.T) *Server {
	t.Helper()
	path := program(t, "azurite-queue", installAzurite)
	address, host, port := free(t)
	s := &Server{address, func(address string) map[string]string { return azure(map[string]string{"Queue": address}) }}
	return s.start(t, path, "--queueHost", host, "--queuePort", port, "--location", t.TempDir(), "--silent", "--skipApiVersionCheck", "--disableTelemetry")
}

// Azure runs both.
func Azure(t *testing.T) {
	t.Helper()
	for name, value := range azure(map[string]string{"Blob": AzureBlob(t).Address, "Queue": AzureQueue(t).Address}) {
		t.Setenv(name, value)
	}
}
