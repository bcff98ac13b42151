/** What is known of each application: where it comes from, how it is set up, and what a visitor sees. */
import path from 'node:path'
import { type Answer, textOf } from './traffic.ts'

export interface Application {
  compose: string
  /** The workloads that its compose file names. */
  front: string
  database: string
  /** What the compose file calls its images, and which of ours they are. */
  images: Record<string, 'mariadb' | 'wordpress' | 'mediawiki'>
  frontImage: string
  /** A file of the front's that says which version it is, and where it is seen. */
  version: { file: string; path: string }
  /** A page that is made from the database. */
  page: string
  shows: RegExp
  /** As the person who installs it does, once. */
  install(visit: Visit, run: Run): Promise<void>
  /** What an install came to and every copy has to have: a file of its own. */
  settings?: { at: string; to: string }
}

export type Visit = (path: string, form?: Record<string, string>) => Promise<Answer>
/** A command inside a copy of the front; what it wrote. */
export type Run = (...command: string[]) => Promise<string>

const PASSWORD = 'a-long-passphrase'

export const WORDPRESS: Application = {
  compose: path.join(import.meta.dirname, 'wordpress.compose.yaml'),
  front: 'wordpress',
  database: 'db',
  images: { 'mariadb:10.6.4-focal': 'mariadb', 'wordpress:latest': 'wordpress' },
  frontImage: 'wordpress:latest',
  version: { file: '/usr/share/wordpress/version.txt', path: '/version.txt' },
  page: '/',
  shows: /<title>Garden/,
  async install(visit) {
    const form = {
      ...{ weblog_title: 'Garden', user_name: 'ada', admin_email: 'ada@example.com' },
      ...{ admin_password: PASSWORD, admin_password2: PASSWORD, pw_weak: '1', language: '' },
    }
    const { status, body } = await visit('/wp-admin/install.php?step=2', form)
    if (!/<h1>Success!/.test(body))
      throw new Error(`WordPress was not installed: ${status} ${textOf(body)}`)
  },
}

const SETTINGS = '/var/lib/mediawiki/LocalSettings.php'

export const MEDIAWIKI: Application = {
  compose: path.join(import.meta.dirname, 'mediawiki.compose.yaml'),
  front: 'mediawiki',
  database: 'database',
  images: { mariadb: 'mariadb', mediawiki: 'mediawiki' },
  frontImage: 'mediawiki',
  version: { file: '/usr/share/mediawiki/version.txt', path: '/version.txt' },
  page: '/index.php/Main_Page',
  shows: /<title>Garden/,
  async install(_visit, run) {
    await run(
      ...['php', '/usr/share/mediawiki/maintenance/install.php', '--dbserver=database'],
      ...['--dbname=my_wiki', '--dbuser=wikiuser', '--dbpass=example', '--scriptpath='],
      ...['--server=http://mediawiki.localhost', `--pass=${PASSWORD}`, '--confpath=/tmp'],
      ...['Garden', 'Ada'],
    )
  },
  settings: { at: '/tmp/LocalSettings.php', to: SETTINGS },
}
