"""Configuration files of the programs that do not take everything as options."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headrace_testbed.cgroups import GROUP
from headrace_testbed.images import PAUSE
from headrace_testbed.network import DNS_SERVICE, NODE, NODE_NAME, PODS
from headrace_testbed.paths import MANIFESTS, Refused, Site, write_json
from headrace_testbed.programs import version_of

CONTAINERD_SOCKET = "/run/containerd/containerd.sock"
CNI_FOLDERS = ("/usr/lib/cni", "/opt/cni/bin")
CNI_PLUGINS = ("bridge", "host-local", "loopback", "portmap", "ptp")
POD_CABLES = "cali"  # their names on the node begin so
PODS_OF_A_NODE = 250
VOLUMES = tuple(f"/run/volumes/{number}" for number in range(1, 5))

CONTAINERD = """version = 2
root = '/run/containerd/root'
state = '/run/containerd/state'
[grpc]
  address = '{socket}'
[plugins.'io.containerd.grpc.v1.cri']
  restrict_oom_score_adj = true
  sandbox_image = '{pause}'
  [plugins.'io.containerd.grpc.v1.cri'.cni]
    bin_dir = '{plugins}'
    conf_dir = '{network}'
  [plugins.'io.containerd.grpc.v1.cri'.containerd]
    snapshotter = 'overlayfs'
    default_runtime_name = 'runc'
    [plugins.'io.containerd.grpc.v1.cri'.containerd.runtimes.runc]
      runtime_type = 'io.containerd.runc.v2'
      [plugins.'io.containerd.grpc.v1.cri'.containerd.runtimes.runc.options]
        SystemdCgroup = false
"""


def cni_folder() -> Path | None:
    folders = (Path(folder) for folder in CNI_FOLDERS)
    return next((folder for folder in folders if all((folder / name).exists() for name in CNI_PLUGINS)), None)


def write(site: Site, state: Mapping[str, Any]) -> None:
    installed = cni_folder()
    if installed is None:
        raise Refused(f"the network plugins {', '.join(CNI_PLUGINS)} are not in {' or '.join(CNI_FOLDERS)}.")
    folder = site.configuration
    network = folder / "network"
    network.mkdir()
    plugins = folder / "plugins"
    plugins.mkdir()
    for name in CNI_PLUGINS:
        (plugins / name).symlink_to(installed / name)
    if state["with_policies"]:
        (plugins / "cni-name").symlink_to(Path(state["programs"]["cni-name"], "cni-name"))
    (folder / "containerd.toml").write_text(
        CONTAINERD.format(socket=CONTAINERD_SOCKET, pause=PAUSE, plugins=plugins, network=network)
    )
    (folder / "resolv.conf").write_text(
        f"nameserver {DNS_SERVICE}\nsearch svc.cluster.local cluster.local\noptions ndots:5\n"
    )
    write_json(network / "10-pods.conflist", pod_network(state["with_policies"]))
    write_json(folder / "kubelet.json", kubelet(site))
    write_json(folder / "kube-proxy.json", kube_proxy(site))
    manifest = (MANIFESTS / "node.yaml").read_text()
    (folder / "node.yaml").write_text(manifest.replace(":VERSION", f":{version_of('coredns')}"))
    write_json(folder / "volumes.json", {"apiVersion": "v1", "kind": "List", "items": volumes()})


def pod_network(with_policies: bool) -> dict[str, Any]:
    """What joins the pods, and ports of the node for those that ask for a `hostPort`.

    It is a bridge, or for Felix, which looks at what the node passes on, a cable of its own for each pod.
    """
    addresses = {
        "type": "host-local",
        "dataDir": "/run/cni-addresses",
        "ranges": [[{"subnet": PODS}]],
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    bridge = {"type": "bridge", "bridge": "cni0", "isGateway": True, "hairpinMode": True, "ipam": addresses}
    cables = [{"type": "ptp", "ipam": addresses}, {"type": "cni-name", "prefix": POD_CABLES}]
    ports = {"type": "portmap", "capabilities": {"portMappings": True}}
    return {
        "cniVersion": "1.0.0",
        "name": "pods",
        "plugins": [*(cables if with_policies else [bridge]), ports],
    }


def kubelet(site: Site) -> dict[str, Any]:
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": NODE,
        "healthzBindAddress": "127.0.0.1",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(site.pki / "ca.crt")},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": str(site.pki / "kubelet.crt"),
        "tlsPrivateKeyFile": str(site.pki / "kubelet.key"),
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{GROUP}",
        "failCgroupV1": False,
        "failSwapOn": False,
        "clusterDNS": [DNS_SERVICE],
        "clusterDomain": "cluster.local",
        "resolvConf": "",
        "containerRuntimeEndpoint": f"unix://{CONTAINERD_SOCKET}",
        "podLogsDir": str(site.logs / "pods"),
        "evictionHard": {
            "memory.available": "100Mi",
            "nodefs.available": "1%",
            "nodefs.inodesFree": "1%",
            "imagefs.available": "1%",
        },
        "imageGCHighThresholdPercent": 100,
        "maxPods": PODS_OF_A_NODE,
        "syncFrequency": "5s",
        "volumePluginDir": "/run/kubelet/volume-plugins",
    }


def kube_proxy(site: Site) -> dict[str, Any]:
    """`minSyncPeriod` 0 would mean a second. The limits on connections are the machine's and left alone."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "nftables",
        "bindAddress": NODE,
        "hostnameOverride": NODE_NAME,
        "healthzBindAddress": "127.0.0.1:10256",
        "metricsBindAddress": "127.0.0.1:10249",
        "clientConnection": {"kubeconfig": str(site.kubeconfig_of("kube-proxy"))},
        "clusterCIDR": PODS,
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
        "nftables": {"minSyncPeriod": "50ms", "syncPeriod": "30s"},
    }


def volumes() -> list[dict[str, Any]]:
    """A default storage class, and volumes of it that are there from the start, as nobody makes any."""
    standard = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {
            "name": "standard",
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        },
        "provisioner": "kubernetes.io/no-provisioner",
        "volumeBindingMode": "WaitForFirstConsumer",
    }
    here = {"key": "kubernetes.io/hostname", "operator": "In", "values": [NODE_NAME]}
    return [standard] + [
        {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": f"volume-{Path(path).name}"},
            "spec": {
                "capacity": {"storage": "10Gi"},
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "standard",
                "local": {"path": path},
                "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [here]}]}},
            },
        }
        for path in VOLUMES
    ]
