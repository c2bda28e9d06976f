//go:build linux

package kubernetestest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	clientset "k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// Admin is the user who may do anything. All others may do nothing before a test
// grants them something.
const Admin = "admin"

// programs are the control plane.
var programs = []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"}

// Cluster is a control plane that runs until the end of a test.
type Cluster struct {
	Client *clientset.Clientset // of Admin, without a limit of requests

	config *rest.Config
	folder string
	users  []string
}

// Start starts a control plane with some users beside Admin, and waits until it answers.
// The test is skipped when its programs are not on the PATH.
func Start(t testing.TB, users ...string) *Cluster {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("there is no %s on the PATH: PATH=$PATH:$(.ci/kubernetes/build) takes some minutes, once", p)
		}
	}
	c := &Cluster{folder: t.TempDir(), users: append([]string{Admin}, users...)}
	c.write(t, "key.pem", key(t))
	var tokens strings.Builder
	for _, u := range c.users {
		group := ""
		if u == Admin {
			group = ",system:masters"
		}
		fmt.Fprintf(&tokens, "%s-token,%s,%s%s\n", u, u, u, group)
	}
	c.write(t, "tokens.csv", tokens.String())
	port := ports(t, 3)
	client, peer, secure := port[0], port[1], port[2]
	etcd := fmt.Sprintf("http://127.0.0.1:%d", client)
	c.config = &rest.Config{
		Host: fmt.Sprintf("https://127.0.0.1:%d", secure), BearerToken: Admin + "-token",
		TLSClientConfig: rest.TLSClientConfig{Insecure: true}, QPS: -1,
	}
	admin := "--kubeconfig=" + c.Kubeconfig(t, Admin, "default")
	c.run(t, "etcd", "--data-dir="+c.folder+"/etcd", "--unsafe-no-fsync", "--log-level=warn",
		"--listen-client-urls="+etcd, "--advertise-client-urls="+etcd, fmt.Sprintf("--listen-peer-urls=http://127.0.0.1:%d", peer))
	server := c.run(t, "kube-apiserver", "--etcd-servers="+etcd, "--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", secure),
		"--cert-dir="+c.folder, "--token-auth-file="+c.folder+"/tokens.csv", "--authorization-mode=RBAC", "--service-cluster-ip-range=10.0.0.0/24",
		"--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file="+c.folder+"/key.pem", "--service-account-signing-key-file="+c.folder+"/key.pem")
	var err error
	if c.Client, err = clientset.NewForConfig(c.config); err != nil {
		t.Fatal(err)
	}
	for start := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		_, err := c.Client.RESTClient().Get().AbsPath("/readyz").DoRaw(t.Context())
		if err == nil {
			break
		}
		select {
		case <-server:
			t.Fatalf("the API server has ended:\n%s", c.log("kube-apiserver"))
		default:
		}
		if time.Since(start) > 90*time.Second {
			t.Fatalf("the API server is not ready: %v\n%s", err, c.log("kube-apiserver"))
		}
	}
	// Far more requests a second than by default: a cloud's control plane is not that slow either.
	often := []string{"--secure-port=0", "--leader-elect=false", "--kube-api-qps=1000", "--kube-api-burst=2000"}
	c.run(t, "kube-controller-manager", append(often, admin, "--concurrent-gc-syncs=5")...)
	c.run(t, "kube-scheduler", append(often, admin)...)
	return c
}

// Kubeconfig writes how a user reaches a namespace of the cluster, and returns the file.
func (c *Cluster) Kubeconfig(t testing.TB, user, namespace string) string {
	t.Helper()
	config := clientcmdapi.NewConfig()
	config.Clusters["test"] = &clientcmdapi.Cluster{Server: c.config.Host, InsecureSkipTLSVerify: true}
	config.AuthInfos[user] = &clientcmdapi.AuthInfo{Token: user + "-token"}
	config.Contexts["test"] = &clientcmdapi.Context{Cluster: "test", AuthInfo: user, Namespace: namespace}
	config.CurrentContext = "test"
	path := filepath.Join(c.folder, user+"-"+namespace)
	if err := clientcmd.WriteToFile(*config, path); err != nil {
		t.Fatal(err)
	}
	return path
}

func (c *Cluster) write(t testing.TB, name, text string) {
	if err := os.WriteFile(filepath.Join(c.folder, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// log is the end of what a program wrote.
func (c *Cluster) log(program string) string {
	text, _ := os.ReadFile(filepath.Join(c.folder, program+".log"))
	return string(text[max(0, len(text)-4096):])
}

// run starts a program until the end of the test, or of this process. What it returns is
// closed when the program has ended.
func (c *Cluster) run(t testing.TB, program string, args ...string) <-chan struct{} {
	t.Helper()
	log, err := os.Create(filepath.Join(c.folder, program+".log"))
	if err != nil {
		t.Fatal(err)
	}
	p := exec.Command(program, args...)
	p.Stdout, p.Stderr = log, log
	p.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	started, ended := make(chan error), make(chan struct{})
	go func() {
		// Pdeathsig is about the thread that starts the process, so the thread stays.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(ended)
		defer log.Close()
		err := p.Start()
		started <- err
		if err == nil {
			_ = p.Wait() // that it was killed is no news
		}
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.Process.Kill()
		<-ended
		if used, ok := p.ProcessState.SysUsage().(*syscall.Rusage); ok {
			t.Logf("%s used %v of processors and up to %d MB of memory", program, (p.ProcessState.UserTime() + p.ProcessState.SystemTime()).Round(time.Second/10), used.Maxrss>>10)
		}
	})
	return ended
}

// ports are free ones.
func ports(t testing.TB, n int) (ports []int) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}

// key is one for the tokens of service accounts.
func key(t testing.TB) string {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	text, err := x509.MarshalECPrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: text}))
}
