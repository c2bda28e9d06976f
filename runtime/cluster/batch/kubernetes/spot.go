package kubernetes

import corev1 "k8s.io/api/core/v1"

// How providers mark spot nodes: by a label, and some by a taint of the same key and value
// that keeps all pods away which do not tolerate it.
var spotNodes = []struct {
	key, value string
	tainted    bool
}{
	{"cloud.google.com/gke-spot", "true", true},             // GKE
	{"eks.amazonaws.com/capacityType", "SPOT", false},       // EKS, managed node groups
	{"karpenter.sh/capacity-type", "spot", false},           // Karpenter, EKS Auto Mode
	{"kubernetes.azure.com/scalesetpriority", "spot", true}, // AKS
}

// spot asks for a node with any of these labels, and tolerates their taints.
func spot() (*corev1.Affinity, []corev1.Toleration) {
	var any []corev1.NodeSelectorTerm
	var tolerations []corev1.Toleration
	for _, n := range spotNodes {
		any = append(any, corev1.NodeSelectorTerm{MatchExpressions: []corev1.NodeSelectorRequirement{
			{Key: n.key, Operator: corev1.NodeSelectorOpIn, Values: []string{n.value}},
		}})
		if n.tainted {
			tolerations = append(tolerations, corev1.Toleration{Key: n.key, Operator: corev1.TolerationOpEqual, Value: n.value, Effect: corev1.TaintEffectNoSchedule})
		}
	}
	return &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{
		RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{NodeSelectorTerms: any},
	}}, tolerations
}
