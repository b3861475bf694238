/** Checks over the project's own source files, and the commands that mend what they find. */
@NullMarked
package dev.headrace.checks;

import org.jspecify.annotations.NullMarked;
