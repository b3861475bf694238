package dev.headrace.git;

/** Whose directory it is: each commit changes that of one app or one tenant. */
public sealed interface DirectoryId permits AppId, TenantId {

  String value();

  /** The directory in the platform repository, without a slash at either end. */
  String path();
}
