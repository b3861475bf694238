/**
 * The platform repository alone: what a durable, signed commit costs, beside what native git does.
 */
@NullMarked
package dev.headrace.benchmarks.git;

import org.jspecify.annotations.NullMarked;
