// Package kubernetestest is a Kubernetes for tests on this machine: the control plane that
// .ci/kubernetes/build makes, without a container runtime. Its nodes are Kubelets of this
// process, which run containers as processes of this machine.
//
// Start at Start, which skips a test when the programs are not on the PATH.
package kubernetestest
