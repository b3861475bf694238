package dev.headrace.delivery.flux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headrace.git.CommitId;
import org.junit.jupiter.api.Test;

class TargetTest {
  private static final CommitId COMMIT = new CommitId("0123456789".repeat(4));

  @Test
  void aRevisionNamesItsCommit() {
    assertThat(Target.commit(Target.revision(COMMIT))).contains(COMMIT);
    assertThat(Target.revision(COMMIT)).isEqualTo("main@sha1:" + COMMIT.sha());
  }

  @Test
  void anythingElseNamesNone() {
    assertThat(Target.commit("")).isEmpty();
    assertThat(Target.commit(COMMIT.sha())).isEmpty();
    assertThat(Target.commit("main@sha1:")).isEmpty();
    assertThat(Target.commit("main@sha1:0123")).isEmpty();
    assertThat(Target.commit("mine@sha1:" + COMMIT.sha())).isEmpty();
    assertThat(Target.commit("main@sha256:" + COMMIT.sha())).isEmpty();
    assertThat(Target.commit("main@sha1:" + COMMIT.sha() + "0")).isEmpty();
    assertThat(Target.commit("main@sha1:" + "G".repeat(40))).isEmpty();
  }
}
