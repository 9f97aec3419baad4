"""Mixed messages for WeekOfMailTests, one object of JSON a line: kind, whether it comes from outside, sender, recipients, message.

Usage: week-of-mail.py COUNT FOLDER, with keys rsa.pem, weak.pem, ed.pem in the folder. The kinds come in turn, what varies within one by a fixed seed.
"""
import base64, json, random, re, sys, time
import dkim

count, folder = int(sys.argv[1]), sys.argv[2]
rng = random.Random(4)
CRLF = b'\r\n'


def pem(name):
    with open(f'{folder}/{name}.pem', 'rb') as file:
        return file.read()


# dkimpy wants the seed of Ed25519 alone, the last 32 octets of PKCS #8.
keys = {name: pem(name) for name in ('rsa', 'weak')}
keys['ed'] = base64.b64encode(base64.b64decode(b''.join(pem('ed').splitlines()[1:-1]))[-32:])
words = 'lorem ipsum dolor sit amet consectetur adipisici elit sed eiusmod tempor incidunt ut labore et dolore magna aliqua'.split()


def text(lines):
    out = []
    for _ in range(lines):
        line = ' '.join(rng.choice(words) for _ in range(rng.randint(0, 12)))
        out.append(rng.choice([line, line, line, line + ' ', '  ' + line, '.' + line, line.replace(' ', '  ', 1), line.replace(' ', '\t', 1)]))
    return '\r\n'.join(out) + '\r\n' * rng.choice([1, 1, 1, 3])


def message(index, sender, body=None, more='', to='b@example.net'):
    subject = rng.choice(['Re: ', '', 'Folded\r\n ', '  two  spaces ', '=?utf-8?q?=C3=A4?= ']) + ' '.join(rng.choice(words) for _ in range(4))
    name = rng.choice(['', 'A. Person ', '"Quoted, Name" ', '=?utf-8?q?J=C3=B6rg?= '])
    address = f'{name}<{sender}>' if name else sender
    fields = [f'From: {address}', f'To: {to}', f'Subject: {subject}', 'Date: Tue, 24 Nov 2026 10:00:00 +0000', f'Message-ID: <{index}@week.example>']
    if rng.random() < 0.5:
        fields[2:2] = ['Cc: c@example.net,\r\n\tD <d@example.net>', 'Reply-To: r@example.org', 'MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8', 'X-Mailer:  x']
    return (more + '\r\n'.join(fields) + '\r\n\r\n' + (text(rng.randint(1, 30)) if body is None else body)).encode()


def signed(mail, domain='example.org', selector='rsa', key='rsa', algorithm='rsa-sha256', canonicalization=None, length=False, identity=None):
    canonicalization = canonicalization or rng.choice(['relaxed/relaxed', 'relaxed/simple', 'simple/simple', 'simple/relaxed'])
    field = dkim.sign(mail, selector.encode(), domain.encode(), keys[key], signature_algorithm=algorithm.encode(), canonicalize=tuple(part.encode() for part in canonicalization.split('/')),
                      length=length, identity=identity)
    return field + mail


def edited(field, change):
    """The message with its topmost field changed: the tags, not the signature over them."""
    end = re.search(rb'\r\n(?![ \t])', field).end()
    return change(field[:end]) + field[end:]


def spoil_body(mail):
    head, body = mail.split(CRLF * 2, 1)
    return head + CRLF * 2 + b'Something else\r\n' + body


MIME = ('--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe =\r\nfolded\r\n'
        '--x\r\nContent-Type: text/html\r\n\r\n<p>\r\n</p>\r\n--x\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n' + 'QUJDREVG' * 9 + '\r\n--x--\r\n')
LIST = 'List-Id: <list.example.org>\r\nList-Unsubscribe: <mailto:u@list.example.org>\r\nList-Post: <mailto:l@list.example.org>\r\nSender: l@list.example.org\r\nPrecedence: list\r\n'
OUT = 'a@example.org'


def ed(mail, **more):
    return signed(mail, selector='ed', key='ed', algorithm='ed25519-sha256', **more)


def list_mail(i):
    original = ed(message(i, 'x@example.org'))
    return signed(LIST.encode() + spoil_body(original), domain='list.example.org')


def expired(i):
    return edited(signed(message(i, OUT)), lambda field: field.replace(b't=', b'x=1500000000; t=1400000000; q=dns/txt; xx='))


OUTSIDE = {
    'good': lambda i: signed(message(i, OUT)),
    'unsigned': lambda i: message(i, OUT),
    'body': lambda i: spoil_body(signed(message(i, OUT))),
    'header': lambda i: signed(message(i, OUT)).replace(b'Subject: ', b'Subject: [changed] ', 1),
    'ed25519': lambda i: ed(message(i, OUT)),
    'ed25519-body': lambda i: spoil_body(ed(message(i, OUT))),
    'two': lambda i: ed(signed(message(i, OUT))),
    'two-domains': lambda i: signed(signed(message(i, OUT)), domain='list.example.org'),
    'one-of-two': lambda i: signed(spoil_body(signed(message(i, OUT))), domain='list.example.org'),
    'missing': lambda i: signed(message(i, OUT), selector='missing'),
    'revoked': lambda i: signed(message(i, OUT), selector='revoked'),
    'other-key': lambda i: signed(message(i, OUT), selector='other'),
    'testing': lambda i: spoil_body(signed(message(i, OUT), selector='testing')),
    'identity': lambda i: signed(message(i, OUT), identity=b'user@sub.example.org'),
    'strict-identity': lambda i: signed(message(i, OUT), selector='strict', identity=b'user@sub.example.org'),
    'list': list_mail,
    '8bit': lambda i: signed(message(i, OUT, body='Grüße, 日本語\r\n' + text(5), more='X-Name: Jörg\r\n')),
    'long': lambda i: signed(message(i, OUT, body=('x' * 990 + '\r\n') * 5 + text(3))),
    'mime': lambda i: signed(message(i, OUT, body=MIME, more='MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n')),
    'empty': lambda i: signed(message(i, OUT, body=''), canonicalization=rng.choice(['simple/simple', 'relaxed/relaxed'])),
    'big': lambda i: signed(message(i, OUT, body=text(2500))),
    'length': lambda i: signed(message(i, OUT), length=True),
    'length-more': lambda i: signed(message(i, OUT), length=True) + b'added\r\n',
    'sha1': lambda i: signed(message(i, OUT), algorithm='rsa-sha1'),
    'weak': lambda i: signed(message(i, OUT), selector='weak', key='weak'),
    'expired': expired,
    'future': lambda i: edited(signed(message(i, OUT)), lambda field: re.sub(rb't=\d+', b't=%d' % (time.time() + 100000), field)),
    'no-bh': lambda i: edited(signed(message(i, OUT)), lambda field: field.replace(b'bh=', b'bx=')),
    'no-from': lambda i: edited(signed(message(i, OUT)), lambda field: re.sub(rb'(?i)\bfrom\b', b'X-None', field)),
    'version': lambda i: edited(signed(message(i, OUT)), lambda field: field.replace(b'v=1', b'v=2')),
    'nonsense': lambda i: b'DKIM-Signature: this is no list of tags\r\n' + message(i, OUT),
    'foreign-identity': lambda i: edited(signed(message(i, OUT)), lambda field: field.replace(b'i=@example.org', b'i=@example.com')),
    'repeated-tag': lambda i: edited(signed(message(i, OUT)), lambda field: field.replace(b'v=1;', b'v=1; v=1;')),
    'no-record': lambda i: signed(message(i, OUT), selector='text'),
    'wrong-type': lambda i: signed(message(i, OUT), selector='ed'),
    'twice': lambda i: (lambda mail: re.match(rb'(?s).*?\r\n(?![ \t])', mail).group() + mail)(signed(message(i, OUT))),
    'five': lambda i: signed(signed(signed(signed(signed(message(i, OUT)), domain='list.example.org'), domain='a.example.org'), domain='b.example.org'), domain='c.example.org'),
    'forged': lambda i: b'Authentication-Results: mx.example.net; dkim=pass header.d=bank.example\r\n' + message(i, OUT),
    'ours-from-outside': lambda i: message(i, 'a@example.com'),
}
INSIDE = {
    'ours': lambda i: message(i, 'a@example.com'),
    'ours-identity': lambda i: message(i, 'boss@example.com'),
    'ours-sub': lambda i: message(i, 'a@sub.example.com'),
    'ours-ed': lambda i: message(i, 'a@ed.example.com'),
    'ours-unknown': lambda i: message(i, 'a@unknown.example'),
    'ours-list': lambda i: message(i, 'a@example.com', more=LIST + 'Comments: x\r\nKeywords: y\r\nIn-Reply-To: <1@x>\r\nReferences: <1@x>\r\n\t<2@x>\r\n'),
    'ours-8bit': lambda i: message(i, 'a@example.com', body='Grüße\r\n', more='X-Name: Jörg\r\n'),
    'ours-mime': lambda i: message(i, 'a@example.com', body=MIME, more='MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n'),
    'ours-big': lambda i: message(i, 'a@example.com', body=text(2500)),
    'ours-many': lambda i: message(i, 'a@example.com', to='undisclosed-recipients:;'),
    'ours-empty': lambda i: message(i, 'a@example.com', body=''),
    'ours-resent': lambda i: message(i, 'a@example.com', more='Resent-From: a@example.com\r\nResent-To: z@example.net\r\nResent-Date: Tue, 24 Nov 2026 11:00:00 +0000\r\n'),
    'ours-two-authors': lambda i: re.sub(rb'From: .*', b'From: a@example.com, x@other.example\r', message(i, 'a@example.com'), count=1),
    'forwarded': lambda i: signed(message(i, 'a@unknown.example')),
    'ours-came-signed': lambda i: signed(message(i, 'a@example.com')),
}
kinds = [(name, make, True) for name, make in OUTSIDE.items()] + [(name, make, False) for name, make in INSIDE.items()]
for i in range(count):
    name, make, outside = kinds[i % len(kinds)]
    mail = make(i)
    sender = re.search(rb'(?m)^From:.*?([\w.]+@[\w.]+)', mail).group(1).decode()
    recipients = [f'r{n}@example.net' for n in range(50 if name == 'ours-many' else 1)]
    print(json.dumps({'kind': name, 'outside': outside, 'sender': sender, 'recipients': recipients, 'message': mail.decode()}), flush=True)
