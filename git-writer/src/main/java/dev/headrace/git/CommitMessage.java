package dev.headrace.git;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The text of a commit, written and read; {@code docs/repository-format.md} fixes it. */
final class CommitMessage {

  private static final String INDENT = "    ";
  private static final String REVERTS = "This reverts commit ";
  private static final Pattern VERSION_AT_END = Pattern.compile(" v[0-9]+$");
  private static final Pattern RESTORED_AT_END = Pattern.compile(" to v[0-9]+$");
  private static final String TENANT_ACTION = "tenant";
  private static final Pattern ACTOR = Pattern.compile("(.+) <([0-9a-f]{24})>");

  private CommitMessage() {}

  /**
   * What the writer adds to a change.
   *
   * @param restoredVersion the number of the version that a rollback brings back
   * @param reverts the commit that is undone exactly, if one is
   * @param pushed the commit that this one completes, if it does
   */
  record Facts(
      OptionalInt version,
      Optional<CommitId> previous,
      Optional<String> contentDigest,
      OptionalInt restoredVersion,
      Optional<CommitId> reverts,
      Optional<CommitId> pushed) {}

  /**
   * @param tree of the baseline that the commit leaves; empty if it removes the tenant
   */
  static String write(TenantChange change, Optional<TreeId> tree, Optional<CommitId> previous) {
    SequencedMap<String, String> trailers = new LinkedHashMap<>();
    trailers.put("Deploy-Id", change.deployId().value());
    trailers.put("Tenant", change.tenant().value());
    trailers.put("Action", TENANT_ACTION);
    trailers.put("Actor", actor(change.actor()));
    trailers.put("Via", Via.SYSTEM.trailer());
    previous.ifPresent(commit -> trailers.put("Tenant-Prev", commit.sha()));
    tree.ifPresent(id -> trailers.put("Tree", id.sha()));
    String verb = tree.isPresent() ? "Set up" : "Remove";
    return verb + " tenant " + change.tenant() + "\n\n" + lines(trailers);
  }

  static String write(Change change, Facts facts) {
    StringBuilder text = new StringBuilder(subject(change, facts)).append("\n\n");
    change
        .reason()
        .flatMap(PlainText::paragraphs)
        .ifPresent(reason -> text.append(indented(reason)).append("\n\n"));
    facts.reverts().ifPresent(commit -> text.append(REVERTS).append(commit).append(".\n\n"));
    return text.append(lines(trailers(change, facts))).toString();
  }

  private static String subject(Change change, Facts facts) {
    String name = PlainText.name(change.appName());
    return switch (change.action()) {
      case DEPLOY, RESTART, STOP, START, UPGRADE ->
          verb(change.action()) + name + " v" + facts.version().orElseThrow();
      case ROLLBACK -> "Roll back " + name + " to v" + facts.restoredVersion().orElseThrow();
      case DELETE -> "Delete " + name;
      case RENAME -> "Rename " + change.app() + " to " + name;
    };
  }

  private static String verb(Action action) {
    return action.name().charAt(0) + action.trailer().substring(1) + " ";
  }

  private static String indented(String reason) {
    return reason
        .lines()
        .map(line -> line.isEmpty() ? line : INDENT + line)
        .collect(Collectors.joining("\n"));
  }

  private static SequencedMap<String, String> trailers(Change change, Facts facts) {
    SequencedMap<String, String> trailers = new LinkedHashMap<>();
    trailers.put("Deploy-Id", change.deployId().value());
    trailers.put("App", change.app().value());
    facts.version().ifPresent(version -> trailers.put("Version", Integer.toString(version)));
    trailers.put("Action", change.action().trailer());
    trailers.put("Actor", actor(change.actor()));
    trailers.put("Via", change.via().trailer());
    facts.previous().ifPresent(commit -> trailers.put("App-Prev", commit.sha()));
    facts.contentDigest().ifPresent(digest -> trailers.put("Content", digest));
    change.restores().ifPresent(commit -> trailers.put("Restores", commit.sha()));
    facts.pushed().ifPresent(commit -> trailers.put("Pushed", commit.sha()));
    return trailers;
  }

  private static String actor(Actor actor) {
    return PlainText.person(actor.username()) + " <" + actor.userId() + ">";
  }

  private static String lines(SequencedMap<String, String> trailers) {
    StringBuilder lines = new StringBuilder();
    trailers.forEach((key, value) -> lines.append(key).append(": ").append(value).append('\n'));
    return lines.toString();
  }

  /**
   * Reads a message of a commit that Headrace signed.
   *
   * @return empty if the commit is about neither an app nor a tenant
   * @throws IllegalStateException if it is, but does not have this format
   */
  static Optional<PlatformCommit> read(CommitId id, String message, Instant at) {
    List<String> paragraphs = new ArrayList<>(Arrays.asList(message.stripTrailing().split("\n\n")));
    if (paragraphs.size() < 2) {
      return Optional.empty();
    }
    String subject = paragraphs.removeFirst();
    Map<String, String> trailers = trailers(paragraphs.removeLast());
    if (!trailers.containsKey("Deploy-Id")) {
      return Optional.empty();
    }
    if (!paragraphs.isEmpty() && paragraphs.getLast().startsWith(REVERTS)) {
      paragraphs.removeLast();
    }
    try {
      return Optional.of(
          trailers.containsKey("Tenant")
              ? tenantCommit(id, trailers, at)
              : appCommit(id, subject, reason(paragraphs), trailers, at));
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          "Commit " + id + " is signed but its message is not one that Headrace writes.", e);
    }
  }

  private static TenantCommit tenantCommit(CommitId id, Map<String, String> trailers, Instant at) {
    return new TenantCommit(
        id,
        new TenantId(required(trailers, "Tenant")),
        Optional.ofNullable(trailers.get("Tree")).map(TreeId::new),
        new DeployId(required(trailers, "Deploy-Id")),
        actor(trailers),
        at,
        Optional.ofNullable(trailers.get("Tenant-Prev")).map(CommitId::new));
  }

  private static AppCommit appCommit(
      CommitId id,
      String subject,
      Optional<String> reason,
      Map<String, String> trailers,
      Instant at) {
    Action action = Action.valueOf(required(trailers, "Action").toUpperCase(Locale.ROOT));
    AppId app = new AppId(required(trailers, "App"));
    return new AppCommit(
        id,
        app,
        name(action, app, subject),
        new DeployId(required(trailers, "Deploy-Id")),
        trailers.containsKey("Version")
            ? OptionalInt.of(Integer.parseInt(required(trailers, "Version")))
            : OptionalInt.empty(),
        action,
        actor(trailers),
        Via.valueOf(required(trailers, "Via").toUpperCase(Locale.ROOT)),
        reason,
        at,
        Optional.ofNullable(trailers.get("App-Prev")).map(CommitId::new),
        Optional.ofNullable(trailers.get("Content")),
        Optional.ofNullable(trailers.get("Restores")).map(CommitId::new));
  }

  private static Actor actor(Map<String, String> trailers) {
    Matcher actor = ACTOR.matcher(required(trailers, "Actor"));
    if (!actor.matches()) {
      throw new IllegalArgumentException("Actor: '" + trailers.get("Actor") + "'");
    }
    return new Actor(actor.group(2), actor.group(1));
  }

  private static String name(Action action, AppId app, String subject) {
    return switch (action) {
      case DEPLOY, RESTART, STOP, START, UPGRADE ->
          without(VERSION_AT_END, after(verb(action), subject));
      case ROLLBACK -> without(RESTORED_AT_END, after("Roll back ", subject));
      case DELETE -> after("Delete ", subject);
      case RENAME -> after("Rename " + app + " to ", subject);
    };
  }

  private static String after(String prefix, String subject) {
    if (!subject.startsWith(prefix)) {
      throw new IllegalArgumentException("subject: '" + subject + "'");
    }
    return subject.substring(prefix.length());
  }

  private static String without(Pattern end, String text) {
    return end.matcher(text).replaceFirst("");
  }

  private static Optional<String> reason(List<String> paragraphs) {
    String text = String.join("\n\n", paragraphs);
    return text.isEmpty()
        ? Optional.empty()
        : Optional.of(
            text.lines()
                .map(line -> line.isEmpty() ? line : line.substring(INDENT.length()))
                .collect(Collectors.joining("\n")));
  }

  private static Map<String, String> trailers(String block) {
    Map<String, String> trailers = new LinkedHashMap<>();
    block
        .lines()
        .forEach(line -> {
          int colon = line.indexOf(": ");
          if (colon > 0) {
            trailers.put(line.substring(0, colon), line.substring(colon + 2));
          }
        });
    return trailers;
  }

  private static String required(Map<String, String> trailers, String key) {
    String value = trailers.get(key);
    if (value == null) {
      throw new IllegalArgumentException(key + " is missing");
    }
    return value;
  }
}
