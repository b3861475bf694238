/** The testbed of this machine, and what an operator installs on a cluster. */
@NullMarked
package dev.headrace.testbed;

import org.jspecify.annotations.NullMarked;
