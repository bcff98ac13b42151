#!/bin/sh
# The wiki's database, and the wiki.
docker network create wiki-net
docker run -d --name wiki_db \
  --network wiki-net --restart unless-stopped \
  -e MARIADB_DATABASE=wiki -e "MARIADB_PASSWORD=a b#c;d" \
  -v wiki-db:/var/lib/mysql \
  --health-cmd='healthcheck.sh --connect' --health-interval 5s \
  -m 1g --cpus=1.5 mariadb:11 --character-set-server=utf8mb4

sudo docker run -itd --name wiki -p 8080:80 -p127.0.0.1:8443:443/tcp --env DB_HOST=wiki_db \
  -e TAG=${TAG:-1.43} -e EMPTY=$NOWHERE --label "a.b=c d" mediawiki:${TAG:-1.43} # the page
docker run --rm --privileged -v /var/run/docker.sock:/var/run/docker.sock -v $(pwd):/x tool > out.txt
