/** Runs apps as processes of this machine and makes them equal to git's head. */
@NullMarked
package dev.headrace.delivery.local;

import org.jspecify.annotations.NullMarked;
