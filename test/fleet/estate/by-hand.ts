import type { Host } from '../fleet.ts'

/** What somebody types over the years: a web server with two sites, a database, people, jobs, a firewall. */
const byHand = `set -e
export DEBIAN_FRONTEND=noninteractive
apt-get -qq -y install nginx-light redis-server >/dev/null 2>&1
groupadd --gid 2000 deployers
useradd --create-home --uid 1501 --shell /bin/bash --groups sudo,deployers --comment 'Ana of Operations' ana
useradd --create-home --uid 1502 --shell /bin/bash --groups deployers ben
echo 'ben:correct horse battery' | chpasswd
for person in ana ben; do
  install -d -m 700 -o $person -g $person /home/$person/.ssh
  ssh-keygen -q -t ed25519 -N '' -C "$person@laptop" -f /home/$person/.ssh/id_ed25519
done
cp /srv/ana.pub /home/ana/.ssh/authorized_keys
{ printf 'from="10.0.0.0/8" '; cat /srv/ana.pub; } >/home/ben/.ssh/authorized_keys
for person in ana ben; do
  chown $person: /home/$person/.ssh/*
  chmod 600 /home/$person/.ssh/authorized_keys
done
rm /srv/ana.pub
echo 'ben ALL=(root) NOPASSWD: /usr/bin/systemctl reload nginx' >/etc/sudoers.d/ben
chmod 440 /etc/sudoers.d/ben
for site in shop:8080 blog:8081; do
  mkdir -p /srv/www/\${site%:*}
  cat >/etc/nginx/sites-available/\${site%:*} <<END
server {
    listen \${site#*:};
    server_name \${site%:*}.example.org;
    root /srv/www/\${site%:*};
}
END
  ln -s /etc/nginx/sites-available/\${site%:*} /etc/nginx/sites-enabled/\${site%:*}
done
rm /etc/nginx/sites-enabled/default
sed -i 's/^# maxmemory <bytes>/maxmemory 64mb/' /etc/redis/redis.conf
sed -i 's/worker_connections .*/worker_connections 2048;/' /etc/nginx/nginx.conf
mkdir -p /etc/shop
printf 'port = 8080\\ndatabase_password = TheCanaryInTheMine\\n' >/etc/shop/shop.conf
printf 'server = 10.0.0.53\\n' >/etc/shop/dns.conf
printf '[shop]\\r\\nname = x\\r\\n' >/etc/shop/dos.ini
head -c 3000 /bin/sh >/etc/shop/logo.bin
printf 'Grüße 🚀\\n\\ttab \\n\\n' >/etc/shop/hello.txt
: >'/etc/shop/empty file'
printf 'no line end' >/etc/shop/.hidden
openssl req -x509 -newkey rsa:2048 -nodes -keyout /etc/ssl/private/shop.key -out /etc/ssl/certs/shop.crt -days 90 -subj /CN=shop.example.org 2>/dev/null
chmod 600 /etc/ssl/private/shop.key
echo '30 2 * * * root /usr/local/bin/backup --all' >/etc/cron.d/backup
echo '*/10 * * * * /usr/bin/true' | crontab -u ana -
cat >/etc/nftables.conf <<'END'
#!/usr/sbin/nft -f
flush ruleset
table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    iif "lo" accept
    tcp dport { 22, 8080, 8081 } accept
    icmpv6 type { nd-neighbor-solicit, nd-router-advert, nd-neighbor-advert } accept
  }
}
END
nft -f /etc/nftables.conf
systemctl --quiet enable nftables
echo 'net.ipv4.ip_forward = 1' >/etc/sysctl.d/60-forward.conf
sysctl --quiet --write net.ipv4.ip_forward=1
echo Europe/Amsterdam >/etc/timezone
ln -sf /usr/share/zoneinfo/Europe/Amsterdam /etc/localtime
systemctl reload nginx
systemctl restart redis-server
`

/** In what the hosts differ. */
const differences: Readonly<Record<string, string>> = {
  'web-01': 'printf "This one is first.\\n" >/etc/motd',
  'web-02': 'useradd --create-home --uid 1600 cleo',
  'web-03': 'echo "15 4 * * 1 root /usr/bin/true" >/etc/cron.d/weekly',
}

/** Sets a host up as somebody did by hand, years ago; `publicKey` opens the accounts of its people. */
export async function setUpByHand(host: Host, publicKey: string): Promise<void> {
  const commands = `cat >/srv/ana.pub\n${byHand}\n${differences[host.name] ?? ''}\n`
  const done = await host.exec(commands, { input: `${publicKey}\n`, timeout: 300_000 })
  if (done.code !== 0) throw new Error(`${host.name}: ${done.stdout}${done.stderr}`)
}
