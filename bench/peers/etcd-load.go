// Puts values into etcd by its own Go client: each caller waits for its answer before it puts again.
// Callers share up to 16 connections, spread over the members. Prints one line of JSON.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.etcd.io/etcd/clientv3"
)

const (
	keys           = 10_000
	connectionsMax = 16
	timeout        = 10 * time.Second
)

type figures struct {
	PerSecond float64 `json:"perSecond"`
	P50Ms     float64 `json:"p50Ms"`
	P99Ms     float64 `json:"p99Ms"`
}

// Endpoints, callers, milliseconds to warm up, milliseconds that count.
func main() {
	endpoints := strings.Split(os.Args[1], ",")
	callers, warm, counted := number(2), duration(3), duration(4)
	connections := connect(endpoints, callers)
	countedFrom := time.Now().Add(warm)
	end := countedFrom.Add(counted)
	took := make([][]time.Duration, callers)
	var running sync.WaitGroup
	for caller := range took {
		running.Add(1)
		go func(caller int) {
			defer running.Done()
			connection := connections[caller%len(connections)]
			for n := caller; time.Now().Before(end); n += callers {
				asked := time.Now()
				put(connection, n%keys)
				answered := time.Now()
				if answered.After(countedFrom) && answered.Before(end) {
					took[caller] = append(took[caller], answered.Sub(asked))
				}
			}
		}(caller)
	}
	running.Wait()
	all := []time.Duration{}
	for _, each := range took {
		all = append(all, each...)
	}
	sort.Slice(all, func(a, b int) bool { return all[a] < all[b] })
	share := func(of float64) float64 {
		return float64(all[int(of*float64(len(all)-1))].Microseconds()) / 1000
	}
	perSecond := float64(len(all)) / counted.Seconds()
	check(json.NewEncoder(os.Stdout).Encode(figures{perSecond, share(0.5), share(0.99)}))
}

func connect(endpoints []string, callers int) []*clientv3.Client {
	connections := []*clientv3.Client{}
	for at := 0; at < callers && at < connectionsMax; at++ {
		endpoint := []string{endpoints[at%len(endpoints)]}
		connection, err := clientv3.New(clientv3.Config{Endpoints: endpoint, DialTimeout: timeout})
		check(err)
		connections = append(connections, connection)
	}
	return connections
}

func put(connection *clientv3.Client, n int) {
	limited, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	_, err := connection.Put(limited, strconv.Itoa(n), strings.Repeat("v", 100))
	check(err)
}

func number(at int) int {
	value, err := strconv.Atoi(os.Args[at])
	check(err)
	return value
}

func duration(at int) time.Duration {
	return time.Duration(number(at)) * time.Millisecond
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
