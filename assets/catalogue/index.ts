/**
 * The catalogue: a file for each entry, in the order of their names. What an entry says and how it is
 * judged is `node-core/work/catalogue`; how to write one is in docs/WORKLOADS.md.
 */
import etherpad from './etherpad.json' with { type: 'json' }
import forgejo from './forgejo.json' with { type: 'json' }
import freshrss from './freshrss.json' with { type: 'json' }
import kanboard from './kanboard.json' with { type: 'json' }
import mealie from './mealie.json' with { type: 'json' }
import nextcloud from './nextcloud.json' with { type: 'json' }
import privatebin from './privatebin.json' with { type: 'json' }
import uptimeKuma from './uptime-kuma.json' with { type: 'json' }
import vaultwarden from './vaultwarden.json' with { type: 'json' }
import webPage from './web-page.json' with { type: 'json' }
import wikijs from './wikijs.json' with { type: 'json' }
import wordpress from './wordpress.json' with { type: 'json' }

export const ENTRIES: readonly unknown[] = [
  etherpad,
  forgejo,
  freshrss,
  kanboard,
  mealie,
  nextcloud,
  privatebin,
  uptimeKuma,
  vaultwarden,
  webPage,
  wikijs,
  wordpress,
]
