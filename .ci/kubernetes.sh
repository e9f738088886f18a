# shellcheck shell=bash
# A Kubernetes of one node, for .ci/cluster: API server, scheduler, controller manager, kubelet and kube-proxy from the
# source package of Debian (1.20.2), with its etcd, containerd and CNI plugins. To be sourced.

components=(kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy)
node=10.0.0.1

# Compiles it into the folder $1, in 5 to 20 minutes. What is there already is kept.
build_kubernetes() (
    set -euo pipefail
    local binaries=$1 missing=() component
    mkdir -p "$binaries"
    for component in "${components[@]}"; do
        [ -x "$binaries/$component" ] || missing+=("$component")
    done
    [ ${#missing[@]} -gt 0 ] || return 0

    install_missing dpkg-dev golang-go rsync jq make
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    # A configuration of apt's own: the machine's needs no source packages.
    mkdir -p "$work"/{lists,cache}/partial "$work/go/src/k8s.io"
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main" \
        >"$work/sources.list"
    sources() {
        apt-get -qq -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=- \
            -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root "$@"
    }
    cd "$work"
    sources update
    sources source --download-only kubernetes
    # apt has verified the signature.
    dpkg-source --no-check --extract kubernetes_*.dsc go/src/k8s.io/kubernetes
    cd go/src/k8s.io/kubernetes
    for component in "${missing[@]}"; do
        # The build writes to the home folder.
        HOME=$work GOPATH=$work/go GOCACHE=$work/cache/go CGO_ENABLED=0 make WHAT="cmd/$component"
        mv "_output/bin/$component" "$binaries"
    done
)

# Runs it until the caller's namespace of processes ends; the caller has ones of its own for mounts and network, too. What
# it writes is in the folder $2, a configuration for kubectl among it. $1 is where the binaries are.
start_kubernetes() {
    local binaries=$1 work=$2 file
    mkdir -p "$work"/{cni,etcd,kubelet,log,pki,sysctl}

    # The network: the node's address, and a default route, without which nothing could be sent to the address of a
    # Service for kube-proxy's rules to catch. It leads nowhere.
    ip link set lo up
    ip link add node type veth peer name nowhere
    ip address add $node/24 dev node
    ip link set node up
    ip link set nowhere up
    ip route add default dev node
    echo 1 >/proc/sys/net/ipv4/ip_forward

    # Folders that kubelet, containerd and the CNI plugins write to whatever one configures
    mount -t tmpfs tmpfs /run
    for file in lib log; do
        mkdir "$work/var-$file" "$work/var-$file.work"
        mount -t overlay overlay /var/$file \
            -o "lowerdir=/var/$file,upperdir=$work/var-$file,workdir=$work/var-$file.work"
    done
    # The kubelet sets these for the whole machine, unless it finds them set.
    while read -r file value; do
        echo "$value" >"$work/sysctl/${file//\//-}"
        mount --bind "$work/sysctl/${file//\//-}" "/proc/sys/$file"
    done <<END
vm/overcommit_memory 1
vm/panic_on_oom 0
kernel/panic 10
kernel/panic_on_oops 1
kernel/keys/root_maxkeys 1000000
kernel/keys/root_maxbytes 25000000
END
    # All groups of the node are below one of its own.
    # shellcheck disable=SC2046
    mkdir $(control_groups "$work")

    cat >"$work/containerd.toml" <<END
version = 2
root = "$work/containerd"
state = "/run/containerd"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  # Inside a container or a sandbox both are refused.
  restrict_oom_score_adj = true
  disable_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$work/cni"
END
    cat >"$work/cni/pods.conf" <<END
{"cniVersion": "0.3.1", "name": "pods", "type": "bridge", "bridge": "pods", "isGateway": true, "hairpinMode": true,
 "ipam": {"type": "host-local", "subnet": "10.244.0.0/24", "routes": [{"dst": "0.0.0.0/0"}]}}
END
    cat >"$work/kubelet.yaml" <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
cgroupDriver: cgroupfs
cgroupRoot: /${work##*/}
enforceNodeAllocatable: []
failSwapOn: false
resolvConf: ""
# However full the disk is: neither pods nor the images, which nothing could pull again, are thrown out.
evictionHard: {}
imageGCHighThresholdPercent: 100
END
    local token
    token=$(openssl rand -hex 16)
    echo "$token,admin,admin,system:masters" >"$work/tokens"
    cat >"$work/kubeconfig" <<END
apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: "https://$node:6443", insecure-skip-tls-verify: true}}]
users: [{name: admin, user: {token: $token}}]
contexts: [{name: test, context: {cluster: test, user: admin, namespace: quire}}]
current-context: test
END
    export KUBECONFIG=$work/kubeconfig
    openssl genrsa -out "$work/pki/service-accounts.key" 2048 2>/dev/null

    run() {
        "$@" >"$work/log/${1##*/}" 2>&1 &
    }
    run etcd --data-dir "$work/etcd"
    run containerd --config "$work/containerd.toml"
    run "$binaries/kube-apiserver" --etcd-servers http://127.0.0.1:2379 --bind-address $node --cert-dir "$work/pki" \
        --service-cluster-ip-range 10.96.0.0/16 --token-auth-file "$work/tokens" \
        --service-account-issuer https://kubernetes --service-account-key-file "$work/pki/service-accounts.key" \
        --service-account-signing-key-file "$work/pki/service-accounts.key" \
        --kubelet-preferred-address-types InternalIP
    wait_for 60 kubectl get --raw /readyz
    run "$binaries/kube-controller-manager" --kubeconfig "$work/kubeconfig" --leader-elect=false \
        --service-account-private-key-file "$work/pki/service-accounts.key"
    run "$binaries/kube-scheduler" --kubeconfig "$work/kubeconfig" --leader-elect=false
    run "$binaries/kubelet" --kubeconfig "$work/kubeconfig" --config "$work/kubelet.yaml" --root-dir "$work/kubelet" \
        --hostname-override node --node-ip $node \
        --container-runtime remote --container-runtime-endpoint unix:///run/containerd/containerd.sock
    # The limits of conntrack are the machine's, too.
    run "$binaries/kube-proxy" --kubeconfig "$work/kubeconfig" --hostname-override node --proxy-mode iptables \
        --cluster-cidr 10.244.0.0/24 --conntrack-max-per-core 0 --conntrack-min 0 \
        --conntrack-tcp-timeout-established 0 --conntrack-tcp-timeout-close-wait 0
    wait_for 60 kubectl get node node
    wait_for 60 kubectl wait --for=condition=Ready node/node --timeout=1s
}

# The control groups that the node of the folder $1 has: one in each hierarchy, or in the only one
control_groups() {
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        echo "/sys/fs/cgroup/${1##*/}"
    else
        printf '%s\n' /sys/fs/cgroup/*/ | sed "s,\$,${1##*/},"
    fi
}

install_missing() {
    local package missing=()
    for package in "$@"; do
        dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
    fi
}

# Tries a command until it succeeds, for $1 seconds.
wait_for() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        if ((SECONDS > end)); then
            echo "in vain: $*" >&2
            return 1
        fi
        sleep 1
    done
}
