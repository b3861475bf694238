package dev.headrace.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ValuesTest {

  @Test
  void anAppLivesBelowTheFirstThreeDigitsOfItsDigest() {
    assertThat(new AppId("k3f9a2bq").path())
        .isEqualTo(
            "apps/%s/%s/%s/k3f9a2bq"
                .formatted((Object[]) Samples.digest("k3f9a2bq").substring(0, 3).split("")));
  }

  @Test
  void aTenantLivesBelowTheFirstTwoDigitsOfItsDigest() {
    String id = "65f0c0ffee0123456789abcd";

    assertThat(new TenantId(id).path())
        .isEqualTo(
            "tenants/%s/%s/%s"
                .formatted(
                    Samples.digest(id).substring(0, 1), Samples.digest(id).substring(1, 2), id));
  }

  @Test
  void idsAreCheckedWhenTheyAreMade() {
    for (String wrong :
        new String[] {"", "short", "UPPER123", "nine99999", "../../..", "k3f9a2b\n"}) {
      assertThatIllegalArgumentException().isThrownBy(() -> new AppId(wrong));
      assertThatIllegalArgumentException().isThrownBy(() -> new TenantId(wrong));
      assertThatIllegalArgumentException().isThrownBy(() -> new TreeId(wrong));
      assertThatIllegalArgumentException().isThrownBy(() -> new CommitId(wrong));
      assertThatIllegalArgumentException().isThrownBy(() -> new DeployId(wrong));
      assertThatIllegalArgumentException().isThrownBy(() -> new Actor(wrong, "alice"));
    }
  }

  @Test
  void deployIdsBeginWithTheirMoment() {
    DeployId id = DeployId.next(Samples.CLOCK, new Random(1));

    assertThat(number(id.value().substring(0, 10))).isEqualTo(Samples.CLOCK.millis());
    assertThat(id).isNotEqualTo(DeployId.next(Samples.CLOCK, new Random(2)));
  }

  private static long number(String crockford) {
    return crockford
        .chars()
        .mapToLong("0123456789ABCDEFGHJKMNPQRSTVWXYZ"::indexOf)
        .reduce(0, (value, digit) -> value * 32 + digit);
  }

  @Test
  void aChangeThatContradictsItselfCannotBeMade() {
    Contents files = new Contents.Files(Samples.files("x"));
    CommitId some = new CommitId("0".repeat(40));
    CommitId other = new CommitId("1".repeat(40));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Samples.with(Action.DELETE, Samples.TODO, "x", files));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Samples.with(Action.DEPLOY, Samples.TODO, "x", new Contents.Removed()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Samples.with(Action.ROLLBACK, Samples.TODO, "x", files));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Samples.with(Action.UPGRADE, Samples.TODO, "x", files));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Samples.rollback(Samples.TODO, some, new Contents.Restore(other)));
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new Change(
                Samples.nextDeployId(),
                Samples.TODO,
                "x",
                Action.DEPLOY,
                Samples.ALICE,
                Via.WEB,
                Optional.empty(),
                files,
                Optional.of("not a digest\nApp: zz00aa11"),
                Optional.empty(),
                Optional.empty()));
  }
}
