"""The cluster's certificates and the kubeconfig of each of its users, made with openssl."""

import base64
import subprocess
from pathlib import Path
from typing import Any

from headrace_testbed.network import API_SERVER, API_SERVICE, NODE, NODE_NAME
from headrace_testbed.paths import Refused, Site, write_json

DAYS = "30"
ADMINS = "/O=system:masters"

# The programs of Flux and Traefik get service accounts of their own once they are pods.
USERS = {
    "admin": f"{ADMINS}/CN=admin",
    "apiserver-kubelet-client": f"{ADMINS}/CN=apiserver-kubelet-client",
    "kube-controller-manager": "/CN=system:kube-controller-manager",
    "kube-scheduler": "/CN=system:kube-scheduler",
    "kube-proxy": "/CN=system:kube-proxy",
    "kubelet": f"/O=system:nodes/CN=system:node:{NODE_NAME}",
    "source-controller": f"{ADMINS}/CN=source-controller",
    "kustomize-controller": f"{ADMINS}/CN=kustomize-controller",
    "felix": f"{ADMINS}/CN=felix",
    "traefik": f"{ADMINS}/CN=traefik",
}
SERVERS = {
    "kube-apiserver": [
        f"IP:{NODE}",
        f"IP:{API_SERVICE}",
        "DNS:kubernetes",
        "DNS:kubernetes.default",
        "DNS:kubernetes.default.svc",
        "DNS:kubernetes.default.svc.cluster.local",
    ],
    "kubelet": [f"IP:{NODE}", f"DNS:{NODE_NAME}"],
}
AUTHORITY = """[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign, digitalSignature
subjectKeyIdentifier = hash
"""
LEAF = """[leaf]
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
"""


def make(site: Site) -> None:
    pki = site.pki
    pki.mkdir(mode=0o700)
    openssl(
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-out",
        str(pki / "accounts.key"),
    )
    openssl("pkey", "-in", str(pki / "accounts.key"), "-pubout", "-out", str(pki / "accounts.pub"))
    certificate(pki, "ca", "/CN=headrace-testbed", "authority", AUTHORITY)
    for name in USERS | SERVERS:
        names = SERVERS.get(name)
        alternatives = f"subjectAltName = {', '.join(names)}\n" if names else ""
        certificate(pki, name, USERS.get(name, f"/CN={name}"), "leaf", LEAF + alternatives)
    for user in USERS:
        write_json(site.kubeconfig_of(user), kubeconfig(pki, user))
    write_json(site.kubeconfig, kubeconfig(pki, "admin"))


def certificate(pki: Path, name: str, subject: str, section: str, extensions: str) -> None:
    settings = pki / f"{name}.conf"
    settings.write_text(f"[req]\ndistinguished_name = subject\n[subject]\n{extensions}")
    request = [
        "req",
        "-x509",
        "-config",
        str(settings),
        "-extensions",
        section,
        "-subj",
        subject,
        "-days",
        DAYS,
    ]
    # The admin's is for clients in any language, and fabric8 reads PKCS#8 of RSA keys only.
    key = ["rsa:2048"] if name == "admin" else ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    request += ["-newkey", *key, "-noenc"]
    if name != "ca":
        request += ["-CA", str(pki / "ca.crt"), "-CAkey", str(pki / "ca.key")]
    openssl(*request, "-keyout", str(pki / f"{name}.key"), "-out", str(pki / f"{name}.crt"))


def openssl(*arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True)
    if done.returncode:
        raise Refused(f"openssl (3.0 or newer is needed) failed at `{arguments[0]}`: {done.stderr.strip()}")


def kubeconfig(pki: Path, user: str) -> dict[str, Any]:
    def data(file: str) -> str:
        return base64.b64encode((pki / file).read_bytes()).decode()

    cluster = {"server": API_SERVER, "certificate-authority-data": data("ca.crt")}
    credentials = {"client-certificate-data": data(f"{user}.crt"), "client-key-data": data(f"{user}.key")}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "testbed", "cluster": cluster}],
        "users": [{"name": user, "user": credentials}],
        "contexts": [{"name": "testbed", "context": {"cluster": "testbed", "user": user}}],
        "current-context": "testbed",
    }
