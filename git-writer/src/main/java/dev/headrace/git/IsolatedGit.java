package dev.headrace.git;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/**
 * Cuts JGit off from the host: no environment, no configuration of the user, of the system or of
 * JGit. In their place stand the few settings that Headrace relies on.
 */
final class IsolatedGit extends SystemReader {

  private static final String MEASURED = "measured-by-jgit";

  private final File measured;

  private IsolatedGit(Path bareDir) {
    this.measured = bareDir.resolve(MEASURED).toFile();
    setPlatformChecker();
  }

  /**
   * JGit keeps one reader for the whole process; this makes it ours.
   *
   * <p>How exact the file system's times are JGit measures for three seconds. It does so beside the
   * work, and keeps what it found in the first repository that is opened. Its probe files would
   * stand among the objects, unless it is first asked about another folder of the same file system.
   */
  static void install(Path bareDir) throws IOException {
    if (!(SystemReader.getInstance() instanceof IsolatedGit)) {
      SystemReader.setInstance(new IsolatedGit(bareDir));
      FS.FileStoreAttributes.setBackground(true);
      Path aside = Files.createTempDirectory("headrace-probes-");
      aside.toFile().deleteOnExit();
      if (Files.getFileStore(aside).equals(Files.getFileStore(bareDir))) {
        FS.FileStoreAttributes.get(aside);
      }
    }
  }

  @Override
  public String getHostname() {
    return "headrace";
  }

  @Override
  public @Nullable String getenv(String name) {
    return null;
  }

  @Override
  public @Nullable String getProperty(String key) {
    return key.startsWith("jgit.") ? null : System.getProperty(key);
  }

  @Override
  public FileBasedConfig openUserConfig(@Nullable Config parent, FS fs) {
    FileBasedConfig settings = new InMemory(parent, fs);
    settings.setBoolean(ConfigConstants.CONFIG_CORE_SECTION, null, "fsyncobjectfiles", true);
    settings.setBoolean(ConfigConstants.CONFIG_CORE_SECTION, null, "fsyncreffiles", true);
    // JGit would collect garbage after a push, if the repository's own settings were lost.
    settings.setBoolean("receive", null, "autogc", false);
    settings.setInt("gc", null, "auto", 0);
    settings.setInt("gc", null, "autoPackLimit", 0);
    // Who publishes a commit would have to read each new one of these first, and they are large;
    // they are there for who reads with git.
    settings.setBoolean(ConfigConstants.CONFIG_CORE_SECTION, null, "multipackindex", false);
    settings.setBoolean(ConfigConstants.CONFIG_CORE_SECTION, null, "commitgraph", false);
    return settings;
  }

  @Override
  public FileBasedConfig openSystemConfig(@Nullable Config parent, FS fs) {
    return new InMemory(parent, fs);
  }

  @Override
  public FileBasedConfig openJGitConfig(@Nullable Config parent, FS fs) {
    return new FileBasedConfig(parent, measured, fs);
  }

  @Override
  @SuppressWarnings("deprecation") // abstract in SystemReader: somebody has to
  public long getCurrentTime() {
    return System.currentTimeMillis();
  }

  @Override
  @SuppressWarnings("deprecation") // abstract in SystemReader: somebody has to
  public int getTimezone(long when) {
    return ZoneOffset.UTC.getTotalSeconds();
  }

  private static final class InMemory extends FileBasedConfig {
    InMemory(@Nullable Config parent, FS fs) {
      super(parent, null, fs);
    }

    @Override
    public void load() {}

    @Override
    public void save() {}

    @Override
    public boolean isOutdated() {
      return false;
    }
  }
}
