/** The installed platform, seen by its users and by the cluster's admin. */
@NullMarked
package dev.headrace.cluster;

import org.jspecify.annotations.NullMarked;
