package dev.headrace.store;

import java.nio.file.Path;

/** Another process has the embedded store open. */
public final class StoreInUse extends RuntimeException {
  StoreInUse(Path folder, Throwable cause) {
    super("The embedded store in " + folder + " is open in another process", cause);
  }
}
