/** The file that the story follows. */
export const watchedFile = '/etc/nginx/nginx.conf'

/** It lay on the web hosts before anybody described them: left behind by an installation of former years. */
export const handWrittenFile = `# tuned by hand in the sale of 2023, please do not touch!
events { worker_connections 4096; }
`

/** What Mira adds: a package, a file from a template, a service and an access grant that ends by itself. */
export function webTier(expires: string): ReadonlyMap<string, string> {
  return new Map([
    ['inventory/profiles/web.yaml', webProfile],
    ['inventory/access.yaml', access(expires)],
  ])
}

const webProfile = `apiVersion: plumbline/v1
kind: Profile
metadata: { name: web, owner: team/operations }
spec:
  selector: { labels: { role: web } }
  variables: { connections: 1024 }
  resources:
    - package: { name: nginx }
    - file:
        path: ${watchedFile}
        template: |
          # {{ host.name }}
          events { worker_connections {{ connections }}; }
          http { include /etc/nginx/conf.d/*.conf; }
    - service: { name: nginx, enabled: true, running: true, restartOn: ["file:${watchedFile}"] }
`

const access = (expires: string): string => `apiVersion: plumbline/v1
kind: Role
metadata: { name: operator, owner: team/security }
spec: { purpose: Restart the web server, groups: [adm], sudo: [{ commands: ["/usr/bin/systemctl restart nginx"] }] }
---
apiVersion: plumbline/v1
kind: AccessGrant
metadata: { name: mira-on-call, owner: team/security }
spec:
  to: [Person/mira]
  role: operator
  on: { labels: { role: web } }
  expires: "${expires}"
  reason: On call for the shop
`
