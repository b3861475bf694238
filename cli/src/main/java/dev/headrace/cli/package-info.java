/** The command line: what an operator types, and what it prints. */
@NullMarked
package dev.headrace.cli;

import org.jspecify.annotations.NullMarked;
