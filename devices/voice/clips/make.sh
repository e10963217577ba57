#!/bin/sh
# Makes the clips anew, each named by the text that it speaks.
#
#	./make.sh [FOLDER]     default: the folder of this script
#
# Needs espeak-ng (its voice cmn lacks common characters, so everything is given
# as pinyin) and sox: 16 kHz, mono, 16 bit, silence cut off, one loudness.
set -eu
cd "${1:-$(dirname "$0")}"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# clip TEXT VOICE WORDS
clip() {
    espeak-ng -v "$2" -s "185" -p 45 -w "$tmp/raw.wav" "$3"
    sox -D "$tmp/raw.wav" -r 16000 -c 1 -b 16 "$1.wav" norm -12 \
        silence 1 0.002 0.15% fade 0.004 reverse silence 1 0.002 0.15% fade 0.012 reverse norm -3
}

pinyin() { clip "$1" cmn-latn-pinyin "$2"; }
letter() { clip "$1" en "$1"; }

pinyin 零 ling2
pinyin 一 yi1
pinyin 二 er4
pinyin 三 san1
pinyin 四 si4
pinyin 五 wu3
pinyin 六 liu4
pinyin 七 qi1
pinyin 八 ba1
pinyin 九 jiu3
pinyin 十 shi2
pinyin 请 qing3
pinyin 号 hao4
pinyin 到 dao4
pinyin 号窗口 'hao4 chuang1kou3'
pinyin 有 you3
pinyin 柜门 gui4men2
pinyin 没有关好 'mei2you3 guan1hao3'
pinyin 请关上柜门 'qing3 guan1shang4 gui4men2'
for l in A B C D E F G H I J K L M N O P Q R S T U V W X Y Z; do
    letter "$l"
done
