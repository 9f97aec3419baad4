-- A client of PeerList is accepted at once.
dofile(FOLDER .. "/common.lua")
local conn = start("-f", "-x", CONF, "-p", SOCKET)
assert(greet(conn, "peer.example", "192.0.2.25") == SMFIR_ACCEPT, "the peer was not accepted")
mt.disconnect(conn)
conn = mt.connect(SOCKET)
assert(greet(conn, "other.example", "192.0.2.26") == SMFIR_CONTINUE, "another was not continued")
mt.disconnect(conn)
