package dev.headrace.manifests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TenantBaselineTest {
  private static final String NAMESPACE = "headrace-" + Apps.OWNER;

  private final TenantBaseline baseline = new TenantBaseline(Tenants.SETTINGS);
  private final SortedMap<String, byte[]> files = baseline.render(Apps.OWNER);
  private final List<Yaml> objects = Tenants.objects(files);
  private final Schemas schemas = new Schemas();

  private Yaml object(String kind, String name) {
    return objects.stream()
        .filter(object -> object.at("kind").text().equals(kind))
        .filter(object -> object.at("metadata").at("name").text().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private String text(String file) {
    return new String(files.getOrDefault(file, new byte[0]), UTF_8);
  }

  @Test
  void everyObjectIsValidAndTheTenants() {
    assertThat(objects).hasSize(11);
    for (Yaml object : objects) {
      String kind = object.at("kind").text();
      assertThat(schemas.complaints(kind, object)).as(kind).isEmpty();
      Yaml metadata = object.at("metadata");
      assertThat(metadata.at(kind.equals("Namespace") ? "name" : "namespace").text())
          .isEqualTo(NAMESPACE);
      assertThat(metadata.at("labels").at("headrace.dev/tenant").text()).isEqualTo(Apps.OWNER);
    }
  }

  @Test
  void theKustomizationNamesEveryFile() {
    Yaml kustomization =
        Yaml.parse("kustomization.yaml", text("kustomization.yaml").getBytes(UTF_8));

    assertThat(schemas.complaints("Kustomization", kustomization)).isEmpty();
    assertThat(kustomization.at("resources").items())
        .extracting(Yaml::text)
        .containsExactlyInAnyOrderElementsOf(
            files.keySet().stream().filter(file -> !file.equals("kustomization.yaml")).toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          namespace.yaml       | labels:                   | label:
          serviceaccount.yaml  | automountServiceAccountToken: false | automountToken: false
          rolebindings.yaml    | roleRef:                  | roleref:
          resourcequota.yaml   | hard:                     | hart:
          limitrange.yaml      | defaultRequest:           | defaultRequests:
          networkpolicies.yaml | podSelector: {}           | podselector: {}
          networkpolicies.yaml | except:                   | excepts:
          """)
  void aMisspelledFieldIsFound(String file, String rendered, String broken) {
    assertThat(text(file)).contains(rendered);
    byte[] bytes = text(file).replace(rendered, broken).getBytes(UTF_8);
    assertThat(Yaml.parseAll(file, bytes))
        .anySatisfy(object ->
            assertThat(schemas.complaints(object.at("kind").text(), object)).isNotEmpty());
  }

  @Test
  void podsMustBeRestricted() {
    assertThat(object("Namespace", NAMESPACE).at("metadata").at("labels").texts())
        .isEqualTo(
            Map.of(
                "headrace.dev/tenant", Apps.OWNER,
                "pod-security.kubernetes.io/enforce", "restricted",
                "pod-security.kubernetes.io/enforce-version", "latest",
                "pod-security.kubernetes.io/warn", "restricted",
                "pod-security.kubernetes.io/warn-version", "latest",
                "pod-security.kubernetes.io/audit", "restricted",
                "pod-security.kubernetes.io/audit-version", "latest"));
  }

  @Test
  void noPodGetsATokenUnlessItAsks() {
    for (String account : List.of("default", "headrace-tenant")) {
      assertThat(object("ServiceAccount", account).at("automountServiceAccountToken").value())
          .isEqualTo(false);
    }
  }

  @Test
  void theTwoRolesAreBoundAndNoOther() {
    assertThat(Tenants.subjects(objects))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "headrace-tenant",
                NAMESPACE + "/headrace-tenant",
                "headrace-wiring",
                "headrace-system/headrace"));
  }

  @Test
  void theQuotaIsWhatTheOperatorSaid() {
    assertThat(object("ResourceQuota", "headrace-tenant").at("spec").at("hard").texts())
        .isEqualTo(
            Map.of(
                "pods", "40",
                "requests.cpu", "2000m",
                "requests.memory", "2560Mi",
                "limits.cpu", "40000m",
                "limits.memory", "5120Mi",
                "services.loadbalancers", "0",
                "services.nodeports", "0",
                "persistentvolumeclaims", "0"));
  }

  @ParameterizedTest
  @EnumSource(Resources.class)
  void everyPlanIsWithinTheLimitsOfAContainer(Resources plan) {
    Yaml most =
        object("LimitRange", "headrace-tenant")
            .at("spec")
            .at("limits")
            .items()
            .getFirst()
            .at("max");

    assertThat(plan.cpuMillis()).isLessThanOrEqualTo(Quantity.cpuMillis(most.at("cpu")));
    assertThat(plan.memoryMebibytes() * 1024L * 1024L)
        .isLessThanOrEqualTo(Quantity.bytes(most.at("memory")));
  }

  @Test
  void whatIsNotAllowedOnTheNetworkIsDenied() {
    Yaml nothing = object("NetworkPolicy", "headrace-nothing").at("spec");
    assertThat(nothing.value())
        .isEqualTo(Map.of("podSelector", Map.of(), "policyTypes", List.of("Ingress", "Egress")));

    assertThat(object("NetworkPolicy", "headrace-from-router").at("spec").at("ingress").value())
        .isEqualTo(
            List.of(
                Map.of(
                    "from",
                    List.of(
                        Map.of(
                            "namespaceSelector",
                            Map.of(
                                "matchLabels", Map.of("kubernetes.io/metadata.name", "traefik")))),
                    "ports",
                    List.of(Map.of("protocol", "TCP", "port", 8000)))));
    assertThat(object("NetworkPolicy", "headrace-to-internet").at("spec").at("egress").value())
        .isEqualTo(
            List.of(
                Map.of(
                    "to",
                    List.of(
                        block(
                            "0.0.0.0/0",
                            "10.0.0.0/8",
                            "100.64.0.0/10",
                            "127.0.0.0/8",
                            "169.254.0.0/16",
                            "172.16.0.0/12",
                            "192.168.0.0/16",
                            "198.18.0.0/15",
                            "224.0.0.0/4"),
                        block("::/0", "64:ff9b::/96", "fc00::/7", "fe80::/10", "ff00::/8")))));
  }

  private static Map<String, Object> block(String all, String... denied) {
    return Map.of("ipBlock", Map.of("cidr", all, "except", List.of(denied)));
  }

  @Test
  void theSameTenantIsTheSameBytes() {
    SortedMap<String, byte[]> again =
        new TenantBaseline(Tenants.settings("headrace-{tenant}")).render(Apps.OWNER);

    assertThat(again.keySet()).isEqualTo(files.keySet());
    files.forEach((file, bytes) -> assertThat(again.get(file)).as(file).isEqualTo(bytes));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          namespace.yaml       | enforce: restricted       | enforce: privileged
          namespace.yaml       | name: "headrace-65        | name: "kube-system-65
          namespace.yaml       | tenant: "65               | tenant: "66
          serviceaccount.yaml  | name: default             | name: admin
          serviceaccount.yaml  | Token: false              | Token: true
          rolebindings.yaml    | name: headrace-wiring     | name: cluster-admin
          rolebindings.yaml    | "headrace-system"         | "default"
          resourcequota.yaml   | "40"                      | "41"
          limitrange.yaml      | "512Mi"                   | "1Gi"
          networkpolicies.yaml | "traefik"                 | "kube-system"
          networkpolicies.yaml | "10.0.0.0/8",             | "11.0.0.0/8",
          networkpolicies.yaml | podSelector: {}           | podSelector: {"matchLabels": {"a": "b"}}
          kustomization.yaml   | - namespace.yaml          | - other.yaml
          """)
  void aValueOutOfItsPlaceIsFound(String file, String rendered, String broken) {
    assertThatCode(() -> baseline.check(files, Apps.OWNER)).doesNotThrowAnyException();
    assertThat(text(file)).contains(rendered);
    files.put(file, text(file).replace(rendered, broken).getBytes(UTF_8));
    assertThatIllegalStateException()
        .isThrownBy(() -> baseline.check(files, Apps.OWNER))
        .withMessageStartingWith("rendered " + file);
  }

  @Test
  void oneSharedNamespaceIsOneTenant() {
    TenantSettings shared = Tenants.settings("fastapi-platform");
    String everybody = shared.tenant(Apps.OWNER);

    assertThat(everybody).isEqualTo(shared.tenant("0123456789abcdef01234567"));
    assertThat(shared.namespace(everybody)).isEqualTo("fastapi-platform");
    assertThat(Tenants.objects(new TenantBaseline(shared).render(everybody)))
        .hasSameSizeAs(objects)
        .anySatisfy(object ->
            assertThat(object.at("metadata").at("name").text()).isEqualTo("fastapi-platform"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TenantBaseline(shared).render(Apps.OWNER))
        .withMessageContaining("expected: 000000000000000000000000");
  }

  @Test
  void aNamespaceOfItsOwnIsATenantOfItsOwn() {
    assertThat(Tenants.SETTINGS.tenant(Apps.OWNER)).isEqualTo(Apps.OWNER);
    assertThat(Tenants.SETTINGS.namespace(Apps.OWNER)).isEqualTo(NAMESPACE);
    for (String wrong : List.of("", "alice", Apps.OWNER + "0", "65F0C1D2E3A4B5C6D7E8F901")) {
      assertThatIllegalArgumentException().isThrownBy(() -> baseline.render(wrong));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          h-{owner}  | headrace-system | traefik | 10.0.0.0/8 | namespacePattern: h-{owner} (
          h-{tenant} | Headrace        | traefik | 10.0.0.0/8 | systemNamespace: Headrace (
          h-{tenant} | headrace-system | tra fik | 10.0.0.0/8 | routerNamespace: tra fik (
          h-{tenant} | headrace-system | traefik | 10.0.0.0   | deniedRanges: 10.0.0.0 (
          h-{tenant} | headrace-system | traefik | 10.0.0/8   | deniedRanges: 10.0.0/8 (
          h-{tenant} | headrace-system | traefik | 10.0.0.0/33 | deniedRanges: 10.0.0.0/33 (
          h-{tenant} | headrace-system | traefik | 0.0.0.0/0  | deniedRanges: 0.0.0.0/0 (
          h-{tenant} | headrace-system | traefik | fe80::1%lo/64 | deniedRanges: fe80::1%lo/64 (
          h-{tenant} | headrace-system | traefik | fc00::/129 | deniedRanges: fc00::/129 (
          h-{tenant} | headrace-system | traefik | example.org/8 | deniedRanges: example.org/8 (
          """)
  void aSettingThatWouldBreakEveryTenantIsRefused(
      String namespaces, String system, String router, String range, String error) {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new TenantSettings(
                namespaces, system, router, TenantQuota.of(1, Resources.SMALL), List.of(range)))
        .withMessageStartingWith(error);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TenantQuota.of(0, Resources.SMALL))
        .withMessageStartingWith("quota: 0 (");
  }
}
