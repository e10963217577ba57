package config

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
)

// refKeyBytes is the length of the county's secret behind person references.
const refKeyBytes = 32

func (c *checker) county() {
	k := c.cfg.County
	c.brokers(k.Brokers)
	if k.Confirm == "broker" {
		c.warn("county.confirm", "只凭服务器回执算送达，县库没收到的记录会丢失且无人知道", "县里能回 dn/ack 就写 county")
	}
	c.reads("county.ca", k.CA)
	c.certificate(k)
	c.reads("county.seal_to", k.SealTo)
	if k.SealTo == "" {
		c.warn("county.seal_to", "没有县公钥，县里看不到完整身份信息", "由县里运行 hallctl county keygen，把 .pub 文件放到本机")
	}
	if c.reads("county.ref_key", k.RefKey) {
		c.refKey(k.RefKey)
	}
	if c.reads("county.lists_key", k.ListsKey) {
		c.listsKey(k.ListsKey)
	}
	if k.RefKey == "" {
		c.warn("county.ref_key", "没有县统一的 ref 密钥，同一个人在别的市场会是另一个编号", "向县里索取 ref.key")
	}
}

func (c *checker) brokers(list []string) {
	if len(list) == 0 {
		c.warn("county.brokers", "没有县服务器地址，记录只存在本机", "写上 brokers = [\"tls://主机:8883\"]，记录会补报")
	}
	seen := map[string]string{}
	for i, s := range list {
		path := fmt.Sprintf("county.brokers[%d]", i)
		unique(c, seen, s, path)
		u, err := url.Parse(s)
		switch {
		case err != nil || u.Hostname() == "" || !isPort(u.Port()) || u.Scheme != "tls" && u.Scheme != "tcp":
			c.bad(path, fmt.Sprintf("%q 不是服务器地址", s), "写成 tls://主机:8883，测试时 tcp://主机:1883")
		case u.User != nil:
			c.bad(path, "地址里不能写用户名和密码", "身份由 cert 和 key 证明")
		case u.Scheme == "tcp" && !loopback(u.Hostname()):
			c.warn(path, "tcp:// 不加密", "正式使用写 tls://")
		}
	}
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// certificate checks that the pair speaks for this hall.
func (c *checker) certificate(k County) {
	leaf := c.pair("county", k.Cert, k.Key)
	if leaf != nil && leaf.Subject.CommonName != c.cfg.HallID() {
		c.warn("county.cert", fmt.Sprintf("证书是 %q 的，不是 %q 的", leaf.Subject.CommonName, c.cfg.HallID()), "县服务器按证书名放行，请换本市场的证书")
	}
}

// pair checks that a table's cert and key are a pair, and gives the certificate;
// nil if there is none.
func (c *checker) pair(table, certFile, keyFile string) *x509.Certificate {
	if (certFile == "") != (keyFile == "") {
		c.bad(table+".cert", "cert 和 key 要成对", "两个都写或都不写")
		return nil
	}
	cert, key := c.reads(table+".cert", certFile), c.reads(table+".key", keyFile)
	if !cert || !key {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		c.bad(table+".cert", "证书和私钥对不上（"+err.Error()+"）", "换成同一次签发的两个文件")
		return nil
	}
	if st, err := os.Stat(keyFile); err == nil && st.Mode().Perm()&0o004 != 0 {
		c.warn(table+".key", "私钥人人可读", "chmod 640，属组 halld")
	}
	return pair.Leaf
}

// refKey checks the form of the secret without ever showing it.
func (c *checker) refKey(path string) {
	text, err := os.ReadFile(path)
	if err != nil {
		return
	}
	if raw, err := hex.DecodeString(strings.TrimSpace(string(text))); err != nil || len(raw) != refKeyBytes {
		c.bad("county.ref_key", "文件内容不是 64 位十六进制数字", "向县里重新索取 ref.key")
	}
}

func (c *checker) listsKey(path string) {
	if _, err := LoadListsKey(path); err != nil {
		c.bad("county.lists_key", "文件内容不是一行 Ed25519 公钥", "向县里重新索取 lists.pub（32 字节，base64 或十六进制）")
	}
}

// reads says whether a file is named and can be read; a named one must be.
func (c *checker) reads(path, name string) bool {
	ok := readable(name)
	if name != "" && !ok {
		c.bad(path, "读不到文件 "+name, "放好文件，让用户 halld 可读")
	}
	return ok
}

// readable says whether name is a plain file that this process may read.
func readable(name string) bool {
	st, err := os.Stat(name)
	if err != nil || !st.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	return f.Close() == nil
}
