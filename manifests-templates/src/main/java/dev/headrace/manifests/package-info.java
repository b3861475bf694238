/**
 * An app's specification and source, rendered to the files of its directory in the platform
 * repository and read back from them. Rendering is pure: the same input gives the same bytes.
 */
@NullMarked
package dev.headrace.manifests;

import org.jspecify.annotations.NullMarked;
