/** The testbed of this machine, with what an operator installs on it. */
@NullMarked
package dev.headrace.testbed;

import org.jspecify.annotations.NullMarked;
