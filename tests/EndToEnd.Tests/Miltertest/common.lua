-- Starts the host through the shim, and plays the MTA up to the end of a message.

function start(...)
	mt.startfilter(SHIM, ...)
	local conn = mt.connect(SOCKET, 120, 0.25)
	assert(conn ~= nil, "no connection to " .. SOCKET)
	return conn
end

function check(result)
	assert(result == nil, result)
end

function greet(conn, host, address)
	check(mt.conninfo(conn, host, address))
	return mt.getreply(conn)
end

function envelope(conn, id)
	mt.macro(conn, SMFIC_MAIL, "i", id)
	check(mt.mailfrom(conn, "<joe@example.com>"))
	assert(mt.getreply(conn) == SMFIR_CONTINUE, "MAIL was not continued")
	check(mt.rcptto(conn, "<ann@there.example>"))
	assert(mt.getreply(conn) == SMFIR_CONTINUE, "RCPT was not continued")
end

function content(conn, author, ...)
	for _, field in ipairs({...}) do
		check(mt.header(conn, field[1], field[2]))
	end
	check(mt.header(conn, "From", author))
	check(mt.header(conn, "Subject", "a message"))
	check(mt.header(conn, "Date", "Mon, 23 Nov 2026 10:00:00 +0000"))
	check(mt.eoh(conn))
	check(mt.bodystring(conn, "A few words.\r\n"))
	check(mt.eom(conn))
end

function accepted(conn)
	local reply = mt.getreply(conn)
	return reply == SMFIR_ACCEPT or reply == SMFIR_CONTINUE
end
