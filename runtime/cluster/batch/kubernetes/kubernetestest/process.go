//go:build linux

package kubernetestest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// process stands for a container.
type process struct {
	command *exec.Cmd
	output  written
}

// written is what a process wrote, which is read while it writes.
type written struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *written) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// begin starts the container of a pod. Errors come with the reason for which it waits, in
// the words of Kubernetes.
func (k *Kubelet) begin(ctx context.Context, p *corev1.Pod) (_ *process, reason string, err error) {
	c := p.Spec.Containers[0]
	if c.Image == NoImage {
		return nil, "ErrImagePull", fmt.Errorf("failed to pull and unpack image %q: not found", c.Image)
	}
	// As the image has them.
	environment := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir()}
	for _, from := range c.EnvFrom {
		s, err := k.client.CoreV1().Secrets(p.Namespace).Get(ctx, from.SecretRef.Name, metav1.GetOptions{})
		if err != nil {
			return nil, "CreateContainerConfigError", err
		}
		for name, value := range s.Data {
			environment = append(environment, name+"="+string(value))
		}
	}
	for _, e := range c.Env {
		value := expand(e.Value)
		if e.ValueFrom != nil {
			name := strings.TrimSuffix(strings.TrimPrefix(e.ValueFrom.FieldRef.FieldPath, "metadata.annotations['"), "']")
			value = p.Annotations[name]
		}
		environment = append(environment, e.Name+"="+value)
	}
	var words []string
	for _, w := range append(c.Command, c.Args...) {
		words = append(words, expand(w))
	}
	one := &process{command: exec.Command(words[0], words[1:]...)}
	one.command.Env = environment
	one.command.Stdout, one.command.Stderr = &one.output, &one.output
	one.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := one.command.Start(); err != nil {
		return nil, "RunContainerError", err
	}
	return one, "", nil
}

// expand reads a text as Kubernetes does, where $$ is a $. Variables are none of what is
// tested here.
func expand(text string) string { return strings.ReplaceAll(text, "$$", "$") }

// kill sends a signal to a container's processes, if there are any still.
func (p *process) kill(signal syscall.Signal) {
	if p.command.Process.Signal(syscall.Signal(0)) == nil { // it was not waited for yet: the number is still its own
		_ = syscall.Kill(-p.command.Process.Pid, signal)
	}
}

// wait waits for the end of a container.
func (p *process) wait() (code int, output string) {
	_ = p.command.Wait()
	state := p.command.ProcessState.Sys().(syscall.WaitStatus)
	if state.Signaled() {
		return 128 + int(state.Signal()), p.output.String()
	}
	return state.ExitStatus(), p.output.String()
}
