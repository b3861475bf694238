package dev.headrace.git;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a main class of these tests in a Java process of its own. */
final class ChildJvm {

  private ChildJvm() {}

  static List<String> command(Class<?> main, String... arguments) {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                "-cp",
                classPath,
                main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Ends this process as a power button would, without any Java code running after it. */
  static void killItself() throws IOException {
    new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid())).start();
    while (true) {
      Thread.onSpinWait();
    }
  }
}
