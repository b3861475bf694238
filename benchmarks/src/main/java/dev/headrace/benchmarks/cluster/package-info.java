/** The installed platform on the testbed, measured as its users and its operator meet it. */
@NullMarked
package dev.headrace.benchmarks.cluster;

import org.jspecify.annotations.NullMarked;
