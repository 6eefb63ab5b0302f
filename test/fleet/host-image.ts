import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { accountPassword, accounts } from './harness/accounts.ts'
import { aptOptions, aptSources } from './harness/apt-sources.ts'
import { withLock } from './harness/lock.ts'
import { buildRepository, packageRecipes } from './harness/packages.ts'
import { must } from './harness/run.ts'

const release = 'bookworm'

const included =
  'systemd,systemd-sysv,dbus,openssh-server,iproute2,sudo,cron,nftables,procps,kmod,acl,attr,ca-certificates,curl,git,ifupdown,locales,openssl,tzdata,xz-utils'

/** Debian's packages that hosts can install though they reach no mirror: a web server and a database, as people have them. */
const served = ['nginx-light', 'redis-server']

/** Files laid over the bare system. */
const files: Readonly<Record<string, string>> = {
  'etc/apt/sources.list': 'deb [trusted=yes] file:///srv/packages ./\n',
  'etc/ssh/sshd_config.d/fleet.conf':
    'HostKey /etc/ssh/ssh_host_ed25519_key\nUseDNS no\nMaxStartups 500\nMaxSessions 200\n',
  'etc/sudoers.d/plumbline': `${accounts.plumbline} ALL=(ALL:ALL) NOPASSWD: ALL\n`,
  'etc/resolv.conf': '# A host of the fleet reaches the other hosts and nothing else.\n',
}

/** Run by mmdebstrap with the new root as its argument, /proc and /dev mounted there, and SEED being our folder of files. */
const customise = `#!/bin/sh
set -eu
root=$1
archives="$root"/var/cache/apt/archives
rm -f "$archives"/*.deb
APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get --quiet --yes --no-install-recommends --download-only install ${served.join(' ')}
for deb in "$archives"/*.deb; do
  # apt would read the escape in the file's name as the character that it stands for.
  name=$(basename "$deb" | sed 's/%3a/./')
  echo
  dpkg-deb --field "$deb"
  echo "Filename: ./$name"
  echo "Size: $(stat --format=%s "$deb")"
  echo "SHA256: $(sha256sum "$deb" | cut -d ' ' -f 1)"
  mv "$deb" "$SEED"/srv/packages/"$name"
done >>"$SEED"/srv/packages/Packages
rm -rf "$root"/etc/apt/sources.list.d/* "$root"/etc/apt/apt.conf.d/99mmdebstrap "$root"/var/lib/apt/lists/*
rm -f "$root"/etc/ssh/ssh_host_*
cp -R "$SEED"/. "$root"/
chmod 0440 "$root"/etc/sudoers.d/plumbline
chroot "$root" sh -eu <<'END'
for account in ${Object.values(accounts).join(' ')}; do
  useradd --create-home --shell /bin/bash "$account"
done
usermod --append --groups sudo ${accounts.withPassword}
chpasswd <<'PASSWORDS'
${accounts.withPassword}:${accountPassword}
PASSWORDS
# Timers that would take the package lock, or touch the disk, in the middle of a test; and logins on a console that nobody sees.
systemctl --quiet mask apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer console-getty.service
apt-get -qq update
END
`

/** Everything that decides what is in the image, so that a changed recipe makes another image. */
function recipeDigest(): string {
  const recipe = JSON.stringify([release, included, files, customise, packageRecipes, process.arch])
  return createHash('sha256').update(recipe).digest('hex').slice(0, 16)
}

function cacheFolder(): string {
  const { PLUMBLINE_FLEET_CACHE, XDG_CACHE_HOME } = process.env
  return PLUMBLINE_FLEET_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'plumbline', 'fleet')
}

/** The folder of a Debian root that hosts share, built the first time (about half a minute) and then reused. Never written to once it is there. */
export async function hostImage(): Promise<string> {
  const cache = cacheFolder()
  const image = join(cache, recipeDigest())
  const root = join(image, 'rootfs')
  if (existsSync(root)) return root
  await withLock(join(cache, '.lock'), async () => {
    if (existsSync(root)) return
    await removePartial(cache)
    const partial = mkdtempSync(join(cache, '.partial-'))
    try {
      await build(partial)
      mkdirSync(dirname(image), { recursive: true })
      renameSync(partial, image)
    } catch (error) {
      await removePartial(cache)
      throw error
    }
  })
  return root
}

/** What an interrupted build has left; we hold the lock, so nobody is at it. Stays on one file system, in case that a mount of the build's was left, too. */
async function removePartial(cache: string): Promise<void> {
  for (const name of readdirSync(cache)) {
    if (name.startsWith('.partial-')) await must('rm', ['-rf', '--one-file-system', join(cache, name)])
  }
}

async function build(folder: string): Promise<void> {
  const seed = join(folder, 'seed')
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(seed, path)), { recursive: true })
    writeFileSync(join(seed, path), content)
  }
  await buildRepository(join(seed, 'srv/packages'))
  await must('chmod', ['-R', 'go=u,go-w', folder])
  const hook = join(folder, 'customise')
  writeFileSync(hook, customise, { mode: 0o755 })
  const sources = aptSources(release)
  const mirrors = Object.entries({ 'debian.list': sources.list, 'debian.sources': sources.deb822 }).flatMap(
    ([name, text]) => {
      if (text === '') return []
      writeFileSync(join(folder, name), `${text}\n`)
      return [join(folder, name)]
    },
  )
  const options = ['--quiet', '--mode=root', '--variant=minbase', `--include=${included}`]
  // Without --skip, mmdebstrap would take away the index of our own repository again.
  const hooks = ['--skip=cleanup/apt/lists', `--customize-hook=${hook}`]
  const target = [release, join(folder, 'rootfs'), ...mirrors]
  await must('mmdebstrap', [...options, ...(await aptOptions()), ...hooks, ...target], {
    timeout: 900_000,
    env: { SEED: seed, TMPDIR: folder },
  })
  rmSync(seed, { recursive: true })
}
