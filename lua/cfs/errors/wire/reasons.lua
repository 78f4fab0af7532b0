--- What the reasons of HTTP clients mean, as text: wire/transport reads it at the first reason.
---
--- A rule: how a reason is matched, the word, whether it was sent; then texts in lower case (A to Z). A line
--- that begins with a bar goes on from the one before it.
---   whole   the reason, without what stands before it: the place of a raised message, a stage
---   begins  a client's words, followed by text of the server or the caller, which is not looked at
---   has     what no one but a client writes
---   hint    suggests a word, and proves nothing
---   stage   what a client was doing, "flush: connection refused". Its `sent` overrides that of the rest; its
---           word is for a rest that is not known
---   curl    libcurl's numbers, which are the same everywhere
--- They are tried in this order, stages before beginnings; within each, the first that fits decides.
---
--- "no": the client cannot have sent. "early": it has not if the attempt ended at once; a connection that was
--- made may end by the same reason later. libcurl is never sure: it repeats a request by itself, with any
--- method, when a connection that it used before is reset, it follows redirects, and it reports only the last
--- failure. "certificate": one was refused, by either side. "common": programs say it of other things, too.
---
--- Other languages are glibc's, whose translations LuaSocket, cqueues and others pass on.
return [[
whole protocol maybe|malformed reponse headers|malformed response headers|invalid chunk size
|unable to read chunksize|invalid content-length|unknown transfer-encoding|maximum redirects exceeded
|illegal byte sequence|header without colon|invalid or incomplete multibyte or wide character
|weird server reply|received http/0.9 when not allowed|nul byte in header
|illegal or missing hexadecimal sequence in chunked-encoding|http response code said error
|invalid content-length: value|overflow content-length: value
whole protocol maybe common|can't resume a dead coroutine|unknown scheme
begins closed maybe|http/2 stream |http/3 stream|transfer closed with |gnutls recv error |
|end of response with |connection died, tried
begins protocol maybe common|http/
begins protocol maybe|couldn't parse http version from response status line: |unsupported http version
|couldn't parse status code from response status line: |unsupported http/
|unrecognized content encoding type|error while processing content unencoding|too large response headers
|unsupported response code|chunk hex-length char not a hex digit
has protocol maybe| redirects followed
whole resolve no|host or service not provided, or not known|temporary failure in name resolution
|non-recoverable failure in name resolution|no address associated with hostname|name or service not known
|name does not resolve|name has no usable address|the name does not resolve for the supplied parameters
|nonauthoritative host not found|a non-recoverable error occurred when attempting to resolve the name
|no host address available to complete operation|nonrecoverable name lookup error
|nodename nor servname provided, or not known|valid name, no data record of requested type
|unknown node or service|no nameservers specified|eai_again|eai_noname|eai_fail
|der name oder der dienst ist nicht bekannt|nom ou service inconnu|nombre o servicio desconocido
|nome o servizio sconosciuto|errore temporaneo nella risoluzione del nome|未知的名称或服务|域名解析暂时失败|没有与主机名关联的地址
|名稱或服務未知|解析名稱時發生暫時性錯誤|temporärer fehler bei der namensauflösung|Échec temporaire dans la résolution du nom
|fallo temporal en la resolución del nombre|nome ou serviço desconhecido
|falha temporário na resolução de nome|名前またはサービスが不明です|名前解決に一時的に失敗しました|이름 혹은 서비스를 알 수 없습니다
|name resolution에서 일시적인 실패|Неизвестное имя или служба|Временный сбой в разрешении имен
whole resolve no common|host not found
begins resolve no|no resolver defined to resolve |dns client error: |dns server error: |
|failed to query the dns|failed to receive reply from udp|failed to send request to udp
has resolve no| could not be resolved (
whole resolve maybe|couldn't resolve host name|couldn't resolve proxy name|could not resolve hostname
begins resolve maybe|failed to resolve host|could not resolve host|could not resolve proxy
|could not resolve: |resolving timed out after
hint resolve|resolv|name resolution|host not found|not known|no address associated|no such host
|unknown host|unknownhost|getaddrinfo|enotfound|eai_|dns
whole local no|too many open files|too many open files in system|cannot assign requested address
|no file descriptors available|address not available|can't assign requested address
|too many waiting connect operations|operation now in progress|address already in use
|address family not supported by protocol|protocol not supported|emfile|eaddrnotavail|proxy not supported
|redirect not supported|calling 'connect' on bad self
begins local no|invalid host '|bad uri: |bad port number: |invalid protocol (|failed to parse host name |
|error loading ca locations (|error loading certificate (|error loading private key (
|error setting cipher list (|open file failed: |
whole local maybe|no buffer space available|destination address required|socket operation on non-socket
|protocol family not supported|client aborted|attempt to send data on a closed socket|bad file descriptor
|url using bad/illegal format or missing url|failed initialization
whole local maybe common|no memory|out of memory|cannot allocate memory
begins local maybe|unable to set private key file|socket busy |error setting certificate |url rejected: |
|protocol "|calling '
hint local|open files|file descriptor|requested address|memory|invalid host|invalid uri|bad uri|bad port
|schemedefs|bad argument|no host in |invalid url|malformed url|url malformed|unsupported url
begins tls no|peer closed connection in ssl handshake|ssl_do_handshake() failed
whole tls no|handshake timed out|ssl handshake timed out|tls handshake timeout|handshake failed
|ssl handshake failed|no protocols available|no shared cipher|no ciphers available
|unsafe legacy renegotiation disabled|tlsv1 unrecognized name|no suitable key share
whole timeout maybe|timeout|wantread|wantwrite|connection timed out|operation timed out|timeout was reached
|ssl connection timeout|timed out|connect timeout|connection timeout|read timeout|send timeout
|receive timeout|write timeout|resource temporarily unavailable|copas: timeout|etimedout
|connessione scaduta|连接超时|連線超過時間|die wartezeit für die verbindung ist abgelaufen
|connexion terminée par expiration du délai d'attente|expiró el tiempo de conexión|接続がタイムアウトしました|연결 시간 초과
|tempo esgotado para conexão|Время ожидания соединения истекло|przekroczony czas oczekiwania na połączenie
begins timeout maybe|operation timed out after |connection timed out after |connection timeout after |
|operation too slow|connection time-out
hint timeout|timeout|timed out|time-out|wantread|wantwrite|deadline exceeded|超时|逾時|タイムアウト
whole connect early|connection refused|network is unreachable|no route to host|host is down|network is down
|host is unreachable|network unreachable|operation not permitted|econnrefused|ehostunreach|enetunreach
|verbindungsaufbau abgelehnt|das netzwerk ist nicht erreichbar|keine route zum zielrechner
|la red es inaccesible|connessione rifiutata|no existe ninguna ruta hasta el `host'
|nessun instradamento per l'host|拒绝连接|连接被拒绝|網路無法連線|連線被拒絕|网络不可达|没有到主机的路由|無法接觸網路|找不到通往該主機的路由路徑
|connexion refusée|le réseau n'est pas accessible|conexión rehusada
|aucun chemin d'accès pour atteindre l'hôte cible|la rete non è raggiungibile|接続を拒否されました|ネットワークに届きません
|ホストへの経路がありません|연결이 거부됨|네트워크가 접근 불가능합니다|호스트로 갈 루트가 없음|В соединении отказано|Сеть недоступна
|Нет маршрута до узла|połączenie odrzucone|conexão recusada|a rede está fora de alcance
|não há rota para o host|bağlantı reddedildi
whole connect early common|permission denied|no such file or directory
begins connect no|failed to establish a tunnel through a proxy: |
whole connect maybe|couldn't connect to server|could not connect to server
begins connect maybe|no live upstreams|connect tunnel failed|received http code |can't complete socks
|proxy connect aborted
hint connect|connection refused|unreachable|no route to host|permission denied|failed to connect|socks
|could not connect|couldn't connect|cannot connect|can't connect|econnrefused|unable to connect
|no such file|actively refused|tunnel|無法連線
whole tls no certificate|certificate verify failed|certificate host mismatch|hostname mismatch
|ip address mismatch|dh key too small|ee key too small|ca key too small|ca md too weak
whole tls maybe certificate|tlsv13 alert certificate required|sslv3 alert bad certificate
|sslv3 alert unsupported certificate|sslv3 alert certificate revoked|sslv3 alert certificate expired
|sslv3 alert certificate unknown|tlsv1 alert unknown ca|tlsv1 alert access denied
|ssl peer certificate or ssh remote key was not ok
begins tls maybe certificate|server certificate verification failed|ssl certificate |ssl: certificate |
|ssl: no alternative certificate |ssl: unable to obtain |
whole tls maybe common|unsupported protocol
whole tls no common|http request|https proxy request
whole closed no|connection has received goaway
whole closed maybe|closed|eof|end of file|link has been severed|connection reset by peer|connection reset
|connection was reset|broken pipe|error in the http2 framing layer|software caused connection abort
|network dropped connection on reset|closed by peer|unexpected eof while reading|empty reply from server
|transferred a partial file|server returned nothing (no headers, no data)|connection closed
|connection closed by peer|failure when receiving data from the peer|failed sending data to the peer
|socket is not connected|attempt to receive data on a closed socket|transport endpoint is not connected
|econnreset|epipe|cannot send after transport endpoint shutdown|cannot send after socket shutdown
|econnaborted|connessione interrotta dal corrispondente|pipe interrotta|pipe quebrado|连接被对方重设|连接被对方重置|断开的管道
|連線被對方重設|管線損壞|die verbindung wurde vom kommunikationspartner zurückgesetzt
|datenübergabe unterbrochen (broken pipe)|connexion ré-initialisée par le correspondant|relais brisé (pipe)
|conexión reinicializada por la máquina remota|tubería rota|接続が相手からリセットされました|상대편이 연결을 끊음|파이프가 깨어짐
|Соединение разорвано другой стороной|Обрыв канала|conexão fechada pela outra ponta
|połączenie zerwane przez drugą stronę
hint closed|closed|end of file|reset by peer|connection reset|was reset|broken pipe|eof while reading
|unexpected eof|empty reply|non-properly terminated|connection abort|shut down|shutdown|hang up|econnreset
|goaway
whole tls maybe|ssl connect error|wrong version number|decryption failed or bad record mac
|record layer failure|version too low|excessive message size|inappropriate fallback|length mismatch
|bad ecpoint|unexpected record|missing tmp dh key|bad signature|unexpected message|packet length too long
|digest check failed
begins tls maybe|sslv3 alert |tlsv1 alert |tlsv13 alert |gnutls_handshake() failed: |tls connect error: |
|openssl ssl_connect: |schannel: |rustls
has closed maybe|unexpected eof while reading, errno|ssl_error_syscall, errno
has tls maybe|:ssl routines:
hint tls|handshake|certificate|self-signed|self signed|wrong version number|cipher|ssl|tls|x509
|key too small|renegotiation|record mac
hint protocol|malformed|chunk|parse|multibyte|header|content-length|encoding|redirect|status line
|unknown scheme|invalid length|weird|http/0.9|framing
stage tls no|starttls|failed to do ssl handshake|ssl handshake
stage - -|flush
stage - maybe|read|fill|write|xread|xwrite
stage other maybe|get_next_incoming_stream|write_header|write_headers_done|write_request_line
|write_body_chunk|write_body_last_chunk|write_body_plain
stage protocol maybe|read_status_line|read_header|read_headers|read_headers_done|read_body_by_length
|read_body_till_close|read_body_chunk
stage closed maybe|recv failure|send failure|openssl ssl_read|openssl ssl_write
stage connect no|failed to issue connect to proxy|failed to connect to|failed to connect
curl resolve maybe|5|6
curl connect maybe|7|96|97
curl timeout maybe|28
curl tls maybe|35|64|80
curl tls maybe certificate|51|60|83|90|91|98
curl closed maybe|16|18|52|55|56|92|95
curl protocol maybe|1|8|22|33|36|47|61|63|100
curl local no|2|4|43|48|49
curl local maybe|3|23|26|27|41|42|45|53|54|58|59|65|66|77|82|89|93|99
]]
