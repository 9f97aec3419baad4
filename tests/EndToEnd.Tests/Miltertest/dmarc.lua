-- The other shim: a client of IgnoreHosts is accepted at once, others are judged.
dofile(FOLDER .. "/common.lua")
local conn = start("-f", "-c", DMARC, "-p", SOCKET)
assert(greet(conn, "localhost", "127.0.0.1") == SMFIR_ACCEPT, "this machine was not accepted")
mt.disconnect(conn)
conn = mt.connect(SOCKET)
assert(greet(conn, "mail.outside.example", "198.51.100.7") == SMFIR_CONTINUE, "a stranger was accepted")
mt.disconnect(conn)
