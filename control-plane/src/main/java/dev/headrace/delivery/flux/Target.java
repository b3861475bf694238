package dev.headrace.delivery.flux;

import dev.headrace.git.AppCommit;
import dev.headrace.git.AppId;
import dev.headrace.git.CommitId;
import dev.headrace.git.TenantId;
import dev.headrace.git.TreeId;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What git's head wants of one app.
 *
 * @param deploy the newest version
 * @param tree its directory
 * @param content digest that pods of it carry and answer with
 */
record Target(
    AppCommit deploy,
    TenantId tenant,
    String namespace,
    TreeId tree,
    String content,
    int replicas) {

  private static final String BRANCH = "main@sha1:";
  private static final Pattern SHA = Pattern.compile("[0-9a-f]{40}");

  AppId app() {
    return deploy.app();
  }

  int version() {
    return deploy.version().orElseThrow();
  }

  /** Of the app's every object. */
  String name() {
    return objectName(app());
  }

  String revision() {
    return revision(deploy.id());
  }

  static String objectName(AppId app) {
    return "app-" + app.value();
  }

  /** The commit that such a revision names. */
  static Optional<CommitId> commit(String revision) {
    String sha = revision.startsWith(BRANCH) ? revision.substring(BRANCH.length()) : "";
    return SHA.matcher(sha).matches() ? Optional.of(new CommitId(sha)) : Optional.empty();
  }

  /** As Flux writes revisions of a branch. */
  static String revision(CommitId commit) {
    return BRANCH + commit.sha();
  }
}
