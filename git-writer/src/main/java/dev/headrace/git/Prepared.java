package dev.headrace.git;

import java.util.Optional;

/**
 * A change and what could be worked out about it before its turn came.
 *
 * @param files of a change that brings some
 */
record Prepared(PlatformChange change, DirectoryPath path, Optional<FileObjects> files) {}
