import base64
import json
import shutil
import subprocess

import pytest

from headrace_testbed import certificates
from headrace_testbed.network import API_SERVICE, NODE
from headrace_testbed.paths import Site

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="only the testbed needs openssl")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    made = Site(tmp_path_factory.mktemp("site"))
    made.configuration.mkdir()
    certificates.make(made)
    return made


def verify(site: Site, name: str, *options: str) -> bool:
    command = ["openssl", "verify", "-x509_strict", "-CAfile", str(site.pki / "ca.crt"), *options]
    return subprocess.run([*command, str(site.pki / f"{name}.crt")], capture_output=True).returncode == 0


@pytest.mark.parametrize("user", certificates.USERS)
def test_the_authority_vouches_for_each_user(site: Site, user: str) -> None:
    assert verify(site, user, "-purpose", "sslclient")


@pytest.mark.parametrize("address", [NODE, API_SERVICE])
def test_the_api_server_is_known_by_its_addresses(site: Site, address: str) -> None:
    assert verify(site, "kube-apiserver", "-purpose", "sslserver", "-verify_ip", address)
    assert not verify(site, "kube-apiserver", "-verify_ip", "10.1.2.3")


def test_a_kubeconfig_holds_its_users_own_certificate(site: Site) -> None:
    config = json.loads(site.kubeconfig_of("kube-scheduler").read_text())
    held = base64.b64decode(config["users"][0]["user"]["client-certificate-data"])
    assert held == (site.pki / "kube-scheduler.crt").read_bytes()
    assert site.kubeconfig.stat().st_mode & 0o077 == 0
