// Package pgserver runs a private PostgreSQL with PostGIS for one data folder.
//
// The journey of a data folder: [Start] takes the folder's lock (one owner at a
// time) -> finds the installed server programs -> decides which unprivileged
// account runs them and where the cluster lies (in the folder, or elsewhere
// with a pointer when that account cannot reach the folder) -> waits for what an
// earlier, killed owner left behind -> makes the cluster if there is none ->
// writes its settings, tuned to this machine -> starts the postmaster on a unix
// socket in a private folder -> sees to it that the database "onemap", PostGIS
// in schema public and the schema "city" exist -> [Server.URL]. Other commands
// find the running server with [Attach]. [Server.Stop] shuts down and gives the
// lock back.
//
// If the program dies without Stop, the kernel sends the postmaster a fast
// shutdown (parent-death signal); if that is still under way at the next Start,
// Start waits for it. If the postmaster dies, [Server.Exited] fires and the
// owner calls [Server.Restart].
//
// The server has no network port. Its socket folder has mode 0700, and peer
// authentication lets in two accounts only: the one that runs the program and
// the one that runs the server.
//
// It lies under api, and not under cmd/internal beside its only user in the
// product, because the tests of api and tiles need a real server too and could
// not import it there. It imports nothing of ours. Linux only: it relies on
// parent-death signals and /proc.
package pgserver
