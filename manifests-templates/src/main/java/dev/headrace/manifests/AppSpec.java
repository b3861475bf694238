package dev.headrace.manifests;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What app.yaml says about an app: everything but its source.
 *
 * @param id eight of a-z and 0-9; part of the app's host name and path
 * @param name what people call the app; may be empty, is not unique
 * @param ownerId 24 lower-case hex digits
 * @param entrypoint the source file that defines the app, {@code main.py} in single mode
 * @param databaseId empty for the owner's default database
 * @param restarts goes up by one to have the app started anew from the same source
 * @param replicas 0 to let the app rest
 */
public record AppSpec(
    String id,
    String name,
    String ownerId,
    Mode mode,
    Framework framework,
    String entrypoint,
    Optional<String> databaseId,
    Resources resources,
    int restarts,
    int replicas) {

  /** The only file of an app in single mode. */
  public static final String SINGLE_FILE = "main.py";

  private static final int LONGEST_NAME = 200;
  private static final int MOST_REPLICAS = 10;
  private static final Pattern ID = Pattern.compile("[a-z0-9]{8}");
  private static final Pattern OWNER_ID = Pattern.compile("[0-9a-f]{24}");
  private static final Pattern DATABASE_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");

  /**
   * @throws InvalidSpec on the first value that is not allowed
   */
  public AppSpec {
    require(ID.matcher(id).matches(), "id", id, "eight of a-z and 0-9");
    require(
        name.codePointCount(0, name.length()) <= LONGEST_NAME,
        "name",
        name,
        "at most " + LONGEST_NAME + " characters");
    require(
        name.codePoints().allMatch(Text::isPrintable),
        "name",
        name,
        "visible characters on one line, none that reorder text");
    require(OWNER_ID.matcher(ownerId).matches(), "owner", ownerId, "24 lower-case hex digits");
    SourceFiles.checkPath("entrypoint", entrypoint);
    require(entrypoint.endsWith(".py"), "entrypoint", entrypoint, "a Python file (.py)");
    require(
        mode == Mode.MULTI || entrypoint.equals(SINGLE_FILE),
        "entrypoint",
        entrypoint,
        SINGLE_FILE + " in single mode");
    databaseId.ifPresent(database ->
        require(
            DATABASE_ID.matcher(database).matches(),
            "database",
            database,
            "1 to 64 of A-Z, a-z, 0-9, _ and -, beginning with a letter or digit"));
    require(restarts >= 0, "restarts", Integer.toString(restarts), "0 or more");
    require(
        replicas >= 0 && replicas <= MOST_REPLICAS,
        "replicas",
        Integer.toString(replicas),
        "0 to " + MOST_REPLICAS);
  }

  /** The same app under another display name; its content digest stays. */
  public AppSpec renamed(String newName) {
    return new AppSpec(
        id,
        newName,
        ownerId,
        mode,
        framework,
        entrypoint,
        databaseId,
        resources,
        restarts,
        replicas);
  }

  /** The same app, to be started anew. */
  public AppSpec restarted() {
    return new AppSpec(
        id,
        name,
        ownerId,
        mode,
        framework,
        entrypoint,
        databaseId,
        resources,
        restarts + 1,
        replicas);
  }

  /** The same app on another plan. */
  public AppSpec on(Resources plan) {
    return new AppSpec(
        id, name, ownerId, mode, framework, entrypoint, databaseId, plan, restarts, replicas);
  }

  /** The same app, resting: no copy of it runs. */
  public AppSpec stopped() {
    return scaled(0);
  }

  /** The same app, with at least one copy that runs. */
  public AppSpec running() {
    return scaled(Math.max(1, replicas));
  }

  public boolean isStopped() {
    return replicas == 0;
  }

  private AppSpec scaled(int wanted) {
    return new AppSpec(
        id, name, ownerId, mode, framework, entrypoint, databaseId, resources, restarts, wanted);
  }

  private static void require(boolean holds, String field, String value, String expected) {
    if (!holds) {
      throw new InvalidSpec(field, value, expected);
    }
  }
}
