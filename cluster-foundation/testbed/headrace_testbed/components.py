"""What runs in the testbed: each program, its options, and where it says that it is well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from headrace_testbed.configuration import CONTAINERD_SOCKET, POD_CABLES
from headrace_testbed.network import API_SERVER, NODE, NODE_NAME, SERVICES
from headrace_testbed.paths import Site

FLUX_NAMESPACE = "flux-system"
APPS_PORT = 80


@dataclass(frozen=True)
class Component:
    """`arguments` begin with the name that the program is called by; `health` is in the testbed's network.

    `says_when_it_works` is a part of its log, for those that say that they are ready before they are.
    """

    name: str
    program: str
    arguments: Sequence[str]
    health: str
    environment: Mapping[str, str] = field(default_factory=dict)
    says_when_it_works: str = ""


def components(site: Site, state: Mapping[str, Any]) -> list[Component]:
    """In the order of their start. `state["programs"]`: the folder of each program that the testbed built."""
    programs: Mapping[str, str] = state["programs"]
    found = node(site, programs)
    if state["with_flux"]:
        found += flux_and_traefik(site, programs)
    if state["with_policies"]:
        found.append(felix(site, programs))
    return found


def node(site: Site, programs: Mapping[str, str]) -> list[Component]:
    kube = str(Path(programs["kube"], "kube"))

    def part_of_kube(name: str, health: str, **options: str) -> Component:
        return Component(name, kube, [name, *flags(options)], health)

    pki = site.pki
    accounts = str(pki / "accounts.key")
    configuration = site.configuration
    return [
        part_of_kube("etcd", "http://127.0.0.1:2379/health", **ETCD),
        Component(
            "containerd",
            "containerd",
            ["containerd", "--config", str(configuration / "containerd.toml")],
            f"unix://{CONTAINERD_SOCKET}",
        ),
        part_of_kube(
            "kube-apiserver",
            f"{API_SERVER}/readyz",
            etcd_servers="http://127.0.0.1:2379",
            bind_address=NODE,
            advertise_address=NODE,
            service_cluster_ip_range=SERVICES,
            allow_privileged="true",
            authorization_mode="Node,RBAC",
            enable_admission_plugins="NodeRestriction",
            client_ca_file=str(pki / "ca.crt"),
            tls_cert_file=str(pki / "kube-apiserver.crt"),
            tls_private_key_file=str(pki / "kube-apiserver.key"),
            kubelet_certificate_authority=str(pki / "ca.crt"),
            kubelet_client_certificate=str(pki / "apiserver-kubelet-client.crt"),
            kubelet_client_key=str(pki / "apiserver-kubelet-client.key"),
            kubelet_preferred_address_types="InternalIP",
            service_account_issuer="https://kubernetes.default.svc.cluster.local",
            service_account_key_file=str(pki / "accounts.pub"),
            service_account_signing_key_file=accounts,
        ),
        part_of_kube(
            "kube-controller-manager",
            "https://127.0.0.1:10257/healthz",
            **own_kubeconfig(site, "kube-controller-manager"),
            use_service_account_credentials="true",
            service_account_private_key_file=accounts,
            root_ca_file=str(pki / "ca.crt"),
            flex_volume_plugin_dir="/run/kubelet/volume-plugins",
        ),
        part_of_kube(
            "kube-scheduler", "https://127.0.0.1:10259/healthz", **own_kubeconfig(site, "kube-scheduler")
        ),
        part_of_kube(
            "kubelet",
            "http://127.0.0.1:10248/healthz",
            config=str(configuration / "kubelet.json"),
            kubeconfig=str(site.kubeconfig_of("kubelet")),
            hostname_override=NODE_NAME,
            node_ip=NODE,
            root_dir="/run/kubelet",
            cert_dir="/run/kubelet/pki",
        ),
        part_of_kube(
            "kube-proxy", "http://127.0.0.1:10256/livez", config=str(configuration / "kube-proxy.json")
        ),
    ]


def flux_and_traefik(site: Site, programs: Mapping[str, str]) -> list[Component]:
    """As processes, which reach a control plane on this machine. In a real cluster they are pods."""
    return [
        flux(site, programs, "source-controller", 9450, SOURCE_CONTROLLER),
        flux(site, programs, "kustomize-controller", 9451, KUSTOMIZE_CONTROLLER),
        Component(
            "traefik",
            str(Path(programs["traefik"], "traefik")),
            ["traefik", *TRAEFIK],
            "http://127.0.0.1:8082/ping",
            {"KUBECONFIG": str(site.kubeconfig_of("traefik"))},
        ),
    ]


def felix(site: Site, programs: Mapping[str, str]) -> Component:
    """Makes packets obey network policies: Calico's agent, of which nothing else is used."""
    environment = {
        "KUBECONFIG": str(site.kubeconfig_of("felix")),
        **{f"FELIX_{name.replace('_', '').upper()}": value for name, value in FELIX.items()},
    }
    program = str(Path(programs["felix"], "felix"))
    return Component("felix", program, ["calico-felix"], "http://127.0.0.1:9099/readiness", environment)


def flags(options: Mapping[str, str]) -> list[str]:
    return [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]


def own_kubeconfig(site: Site, user: str) -> dict[str, str]:
    kubeconfig = str(site.kubeconfig_of(user))
    return {
        "kubeconfig": kubeconfig,
        "authentication_kubeconfig": kubeconfig,
        "authorization_kubeconfig": kubeconfig,
        "bind_address": "127.0.0.1",
        "leader_elect": "false",
    }


def flux(
    site: Site, programs: Mapping[str, str], name: str, health_port: int, options: Mapping[str, str]
) -> Component:
    shared = {
        "health_addr": f"127.0.0.1:{health_port}",
        "watch_all_namespaces": "true",
        "enable_leader_election": "false",
    }
    environment = {
        "KUBECONFIG": str(site.kubeconfig_of(name)),
        "RUNTIME_NAMESPACE": FLUX_NAMESPACE,
    }
    arguments = [name, *flags(shared | options)]
    health = f"http://127.0.0.1:{health_port}/readyz"
    program = str(Path(programs[name], name))
    return Component(name, program, arguments, health, environment, "Starting workers")


# Nothing is kept, so nothing has to reach a disk.
ETCD = {
    "data_dir": "/run/etcd",
    "unsafe_no_fsync": "true",
    "log_level": "warn",
    "listen_client_urls": "http://127.0.0.1:2379",
    "advertise_client_urls": "http://127.0.0.1:2379",
    "listen_peer_urls": "http://127.0.0.1:2380",
    "initial_advertise_peer_urls": "http://127.0.0.1:2380",
    "initial_cluster": "default=http://127.0.0.1:2380",
}
SOURCE_CONTROLLER = {
    "metrics_addr": "127.0.0.1:8090",
    "storage_path": "/run/flux/sources",
    "storage_addr": "127.0.0.1:9700",
    "storage_adv_addr": "127.0.0.1:9700",
    "concurrent": "10",
}
# With the usual nine retries an artifact server that is away holds each worker for 215 s.
KUSTOMIZE_CONTROLLER = {
    "metrics_addr": "127.0.0.1:8091",
    "http_retry": "1",
    "requeue_dependency": "5s",
    "feature_gates": "ExternalArtifact=true",
    "no_cross_namespace_refs": "true",
    "no_remote_bases": "true",
}
FELIX = {
    "datastore_type": "kubernetes",
    "felix_hostname": NODE_NAME,
    "interface_prefix": POD_CABLES,
    "default_endpoint_to_host_action": "ACCEPT",
    "iptables_backend": "NFT",
    "ipv6_support": "false",
    "bpf_enabled": "false",
    "xdp_enabled": "false",
    "health_enabled": "true",
    "health_host": "127.0.0.1",
    "prometheus_metrics_enabled": "false",
    "usage_reporting_enabled": "false",
    "log_severity_sys": "none",
    "log_file_path": "none",
}
TRAEFIK = (
    f"--entrypoints.web.address={NODE}:{APPS_PORT}",
    "--entrypoints.ping.address=127.0.0.1:8082",
    "--ping.entrypoint=ping",
    "--providers.kubernetescrd=true",
    "--providers.kubernetescrd.nativelbbydefault=true",
    "--providers.kubernetescrd.allowemptyservices=true",
    "--global.checknewversion=false",
    "--log.level=INFO",
)
