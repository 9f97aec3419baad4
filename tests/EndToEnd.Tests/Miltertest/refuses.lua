-- The action of On-NoSignature, given on the daemon's command line by another file.
dofile(FOLDER .. "/common.lua")
local conn = start("-f", "-x", REFUSING, "-p", SOCKET)
greet(conn, "mail.outside.example", "198.51.100.7")
envelope(conn, "REFUSE1")
content(conn, "joe@example.com")
assert(mt.getreply(conn) == SMFIR_REPLYCODE, "not refused")
mt.disconnect(conn)
