package dev.headrace.manifests;

/** Whether an app is one file, {@code main.py}, or a tree of files. */
public enum Mode {
  SINGLE("single"),
  MULTI("multi");

  private final String word;

  Mode(String word) {
    this.word = word;
  }

  /** The word in app.yaml and in the API. */
  public String word() {
    return word;
  }
}
