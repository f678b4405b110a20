// The table's scroll container wants a CommonJS default; a picture never scrolls.
import React from 'react';
export const Scrollbars = React.forwardRef<HTMLDivElement, any>((props, ref) => (
  <div ref={ref} style={{ overflow: 'hidden', width: '100%', height: '100%' }}>{props.children}</div>
));
export default Scrollbars;
