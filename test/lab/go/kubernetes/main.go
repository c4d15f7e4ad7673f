// The lab's Kubernetes: every component of a cluster in one binary, so that one
// build and one cache entry serve them all. It is the component whose name it
// is called by (a link), or else the one named by its first argument.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"

	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
)

var commands = map[string]func() *cobra.Command{
	"kube-apiserver":          apiserver.NewAPIServerCommand,
	"kube-controller-manager": controllermanager.NewControllerManagerCommand,
	"kube-scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
	"kubelet":                 func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) },
	"kube-proxy":              proxy.NewProxyCommand,
}

func main() {
	if !isComponent(os.Args[0]) {
		// Each component parses os.Args itself and expects its own name first.
		os.Args = os.Args[1:]
	}
	if len(os.Args) == 0 || !isComponent(os.Args[0]) {
		fmt.Fprintln(os.Stderr, "Name a component: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubelet or kube-proxy.")
		os.Exit(2)
	}
	name := filepath.Base(os.Args[0])
	if name == "etcd" {
		etcdmain.Main(os.Args)
		return
	}
	os.Exit(cli.Run(commands[name]()))
}

func isComponent(argument string) bool {
	name := filepath.Base(argument)
	return name == "etcd" || commands[name] != nil
}
