/**
 * The platform repository: every change of an app or tenant is one signed commit, durable before
 * anyone is told, and history is read back from git alone.
 */
@NullMarked
package dev.headrace.git;

import org.jspecify.annotations.NullMarked;
