// SPDX-License-Identifier: Apache-2.0

/** Motion second by second: {timeS, g}, g the root mean square of acceleration less its mean. */
export function motionOf(recording) {
  const { acc, fsAcc } = recording;
  const timeS = [];
  const g = [];
  for (let second = 0; (second + 1) * fsAcc <= acc[0].length; second++) {
    const [start, end] = [Math.round(second * fsAcc), Math.round((second + 1) * fsAcc)];
    let power = 0;
    for (const axis of acc) {
      let sum = 0;
      let squares = 0;
      for (let i = start; i < end; i++) {
        sum += axis[i];
        squares += axis[i] * axis[i];
      }
      power += squares / (end - start) - (sum / (end - start)) ** 2;
    }
    timeS.push(second + 0.5);
    g.push(Math.sqrt(Math.max(0, power)));
  }
  return { timeS, g };
}
