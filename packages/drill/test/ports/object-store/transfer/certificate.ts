/**
 * A certificate for `localhost` that signs itself, good until 2126, and its key. Both are public: they guard nothing and serve tests
 * only, which have no tool at hand that could make them.
 */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUap89I343HHqd1C8e2RIyX0DsZfgwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNTAxMzc1MloYDzIxMjYxMTAx
MDEzNzUyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAREJVSYTt+JiOJ3Ww8ckBBCHFcxHDxPjQoihlDT71ICkRe7LW8e+36T
LeYMWr7oSnGKOAFZKFmb9e6tbdrBeGayo28wbTAdBgNVHQ4EFgQUjagDBAgNhWPg
BlRm90FXSoah2P0wHwYDVR0jBBgwFoAUjagDBAgNhWPgBlRm90FXSoah2P0wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgMxY5NvGl3bmttsgca0mAg9lvxzNh09tY5HzMFrNqR6cCIE1s
PctIbl5cU3NjMhODcbNa+qXwjrfALs677ADepWIo
-----END CERTIFICATE-----
`

export const CERTIFICATE_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvqzUPFRquxPVHwcu
SEmasLXxTkqW9EcTwUuCe3MDNUWhRANCAAREJVSYTt+JiOJ3Ww8ckBBCHFcxHDxP
jQoihlDT71ICkRe7LW8e+36TLeYMWr7oSnGKOAFZKFmb9e6tbdrBeGay
-----END PRIVATE KEY-----
`
