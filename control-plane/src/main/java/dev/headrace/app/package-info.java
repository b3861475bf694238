/**
 * What authors do with apps: create, update, deploy, look at versions, roll back, delete. Every
 * change ends as one commit.
 */
@NullMarked
package dev.headrace.app;

import org.jspecify.annotations.NullMarked;
